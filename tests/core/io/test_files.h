// Files for tests, byte by byte.
#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace kolors {

// A folder that goes with the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = testing::TempDir() + "/kolors-XXXXXX";
    path_ = mkdtemp(name.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }

  std::filesystem::path Write(const std::string& name, const std::string& bytes) const {
    const auto path = path_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

template <typename T>
std::string Raw(T value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof(value));
}

inline std::span<const std::byte> AsBytes(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

inline std::string Safetensors(const std::string& header, const std::string& data) {
  return Raw<uint64_t>(header.size()) + header + data;
}

struct ZipEntry {
  std::string name, data;
  uint16_t method = 0;
};

// A ZIP archive as torch.save writes it, without checksums.
inline std::string Zip(const std::vector<ZipEntry>& entries) {
  std::string file, directory;
  for (const ZipEntry& entry : entries) {
    const uint32_t offset = file.size(), size = entry.data.size();
    const std::string sizes = Raw<uint32_t>(0) + Raw(size) + Raw(size);
    const std::string common = Raw<uint16_t>(20) + Raw<uint16_t>(0) + Raw(entry.method) + Raw<uint32_t>(0) + sizes +
                               Raw<uint16_t>(entry.name.size()) + Raw<uint16_t>(0);
    file += Raw<uint32_t>(0x04034b50) + common + entry.name + entry.data;
    directory += Raw<uint32_t>(0x02014b50) + Raw<uint16_t>(20) + common + std::string(10, '\0') + Raw(offset) +
                 entry.name;
  }
  const uint32_t at = file.size(), size = directory.size();
  const uint16_t count = entries.size();
  return file + directory + Raw<uint32_t>(0x06054b50) + Raw<uint32_t>(0) + Raw(count) + Raw(count) + Raw(size) +
         Raw(at) + Raw<uint16_t>(0);
}

// The pickle of {"w": tensor of 2 x 3 floats over storage "0"}, with the given offset, shape and strides.
inline std::string TensorPickle(int offset, std::pair<int, int> shape, std::pair<int, int> strides, int numel = 6) {
  auto text = [](const std::string& s) { return "X" + Raw<uint32_t>(s.size()) + s; };
  auto number = [](int32_t n) { return "J" + Raw(n); };
  auto pair = [&](std::pair<int, int> p) { return number(p.first) + number(p.second) + "\x86"; };
  return "\x80\x02}(" + text("w") + "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") +
         "ctorch\nFloatStorage\n" + text("0") + text("cpu") + number(numel) + "tQ" + number(offset) + pair(shape) +
         pair(strides) + "\x89" + "ccollections\nOrderedDict\n)RtRu.";
}

inline std::string TorchFile(const std::string& pickle, const std::string& storage) {
  return Zip({{"archive/data.pkl", pickle}, {"archive/byteorder", "little"}, {"archive/data/0", storage}});
}

}  // namespace kolors
