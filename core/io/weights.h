// Named tensors in files, read as data: memory-mapped, checked, never executed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace kolors {

enum class DType { kF64, kF32, kF16, kBF16, kI64, kI32, kI16, kI8, kU8, kBool };

int64_t DTypeSize(DType dtype);           // bytes
std::string_view DTypeName(DType dtype);  // "F32", as safetensors spells it

// One tensor of an open file.
struct TensorEntry {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<int64_t> shape;  // empty: a scalar
  // Row-major, little-endian, contiguous; size == DTypeSize * product(shape). May be misaligned for
  // dtype. Lives as long as the file it came from.
  std::span<const std::byte> data;
};

// An open file of tensors. Immutable, thread-safe.
class WeightFile {
 public:
  virtual ~WeightFile() = default;
  virtual const std::vector<TensorEntry>& tensors() const = 0;
  // String pairs beside the tensors (safetensors' __metadata__); empty elsewhere.
  virtual const std::map<std::string, std::string>& metadata() const = 0;
};

// Opens a safetensors file or a torch zip pickle (.bin, .ckpt, .pt), told apart by content.
//
// NOT_FOUND: no such file. INVALID_ARGUMENT: not such a file, truncated, or hostile; the message
// names file, tensor and reason. Never reads past the file, never allocates more than a small
// multiple of the file's size, never runs code from it.
absl::StatusOr<std::unique_ptr<WeightFile>> OpenWeightFile(const std::filesystem::path& path);

// All tensors of one part of a model: one file, or shards with an index.
class WeightSet {
 public:
  // Looks in `folder` for STEM.safetensors, STEM.fp16.safetensors, STEM.bin (each also as
  // NAME.index.json with shards), for each stem in turn; safetensors before pickles.
  // NOT_FOUND lists what was looked for; a shard that the index names and the folder lacks is
  // named.
  static absl::StatusOr<WeightSet> Open(const std::filesystem::path& folder,
                                        std::span<const std::string_view> stems);
  static absl::StatusOr<WeightSet> FromFile(const std::filesystem::path& path);

  WeightSet(WeightSet&&) = default;
  WeightSet& operator=(WeightSet&&) = default;

  // Null if there is no such tensor.
  const TensorEntry* Find(std::string_view name) const;
  const std::map<std::string, TensorEntry, std::less<>>& tensors() const { return tensors_; }
  // The file(s) it came from, for messages.
  const std::filesystem::path& path() const { return path_; }

 private:
  WeightSet() = default;
  static absl::StatusOr<WeightSet> FromIndex(const std::filesystem::path& index_path);
  absl::Status Add(const std::filesystem::path& path);

  std::filesystem::path path_;
  std::vector<std::unique_ptr<WeightFile>> files_;
  std::map<std::string, TensorEntry, std::less<>> tensors_;
};

}  // namespace kolors
