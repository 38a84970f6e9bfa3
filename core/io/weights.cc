#include "core/io/weights.h"

#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/io/json_file.h"
#include "core/io/mapped_file.h"
#include "core/io/safetensors.h"
#include "core/io/tensor_entry.h"
#include "core/io/torch_pickle.h"
#include "core/io/zip_archive.h"
#include "nlohmann/json.hpp"

namespace kolors {
namespace {

namespace fs = std::filesystem;

class OpenFile : public WeightFile {
 public:
  OpenFile(MappedFile file, WeightContents contents) : file_(std::move(file)), contents_(std::move(contents)) {}
  const std::vector<TensorEntry>& tensors() const override { return contents_.tensors; }
  const std::map<std::string, std::string>& metadata() const override { return contents_.metadata; }

 private:
  MappedFile file_;
  WeightContents contents_;
};

absl::Status InFile(const fs::path& path, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(path.string(), " ", std::string(status.message())));
}

// Protocol 2, as old PyTorch wrote. A safetensors header of 640 bytes begins alike, but has its brace.
bool LooksLikeLegacyPickle(std::span<const std::byte> file) {
  return file.size() > 8 && file[0] == std::byte{0x80} && file[1] == std::byte{2} && file[8] != std::byte{'{'};
}

absl::StatusOr<WeightContents> Parse(std::span<const std::byte> file) {
  if (LooksLikeZip(file)) return ParseTorchPickle(file);
  if (LooksLikeLegacyPickle(file)) {
    return absl::InvalidArgumentError(
        "is a pickle of PyTorch before 1.6; load it there and torch.save it again, or convert it to safetensors");
  }
  return ParseSafetensors(file);
}

bool IsFile(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

// In the order of preference.
std::vector<std::string> FileNames(std::string_view stem) {
  const std::string name(stem);
  return {name + ".safetensors", name + ".fp16.safetensors", name + ".bin"};
}

// diffusers puts the variant behind "index": NAME.safetensors.index.fp16.json; both spellings occur.
std::vector<std::string> IndexNames(std::string_view stem, const std::string& file_name) {
  std::vector<std::string> names = {file_name + ".index.json"};
  if (file_name.ends_with(".fp16.safetensors")) {
    names.push_back(absl::StrCat(std::string(stem), ".safetensors.index.fp16.json"));
  }
  return names;
}

// The shards that an index names, each once.
absl::StatusOr<std::set<std::string>> ShardNames(const fs::path& index_path) {
  ASSIGN_OR_RETURN(const JsonObject index, JsonObject::Open(index_path));
  const nlohmann::json& json = index.json();
  const auto map = json.find("weight_map");
  if (map == json.end() || !map->is_object() || map->empty()) {
    return absl::InvalidArgumentError(absl::StrCat(index_path.string(), ": weight_map must map tensors to files"));
  }
  std::set<std::string> names;
  for (const auto& [tensor, file] : map->items()) {
    // A bare name: an index must not reach out of its folder.
    if (!file.is_string() || fs::path(file.get<std::string>()).filename() != file.get<std::string>()) {
      return absl::InvalidArgumentError(
          absl::StrCat(index_path.string(), ": weight_map[", Quoted(tensor), "] must be the name of a file beside it"));
    }
    names.insert(file.get<std::string>());
  }
  return names;
}

}  // namespace

absl::StatusOr<std::unique_ptr<WeightFile>> OpenWeightFile(const fs::path& path) {
  ASSIGN_OR_RETURN(MappedFile file, MappedFile::Open(path));
  auto contents = Parse(file.bytes());
  if (!contents.ok()) return InFile(path, contents.status());
  return std::make_unique<OpenFile>(std::move(file), *std::move(contents));
}

absl::Status WeightSet::Add(const fs::path& path) {
  ASSIGN_OR_RETURN(std::unique_ptr<WeightFile> file, OpenWeightFile(path));
  for (const TensorEntry& entry : file->tensors()) {
    if (!tensors_.emplace(entry.name, entry).second) {
      return absl::InvalidArgumentError(
          absl::StrCat(path.string(), " has tensor ", Quoted(entry.name), ", which another shard has too"));
    }
  }
  files_.push_back(std::move(file));
  return absl::OkStatus();
}

absl::StatusOr<WeightSet> WeightSet::FromFile(const fs::path& path) {
  WeightSet set;
  set.path_ = path;
  RETURN_IF_ERROR(set.Add(path));
  return set;
}

absl::StatusOr<WeightSet> WeightSet::FromIndex(const fs::path& index_path) {
  ASSIGN_OR_RETURN(const std::set<std::string> shards, ShardNames(index_path));
  WeightSet set;
  set.path_ = index_path;
  for (const std::string& shard : shards) {
    const fs::path path = index_path.parent_path() / shard;
    if (!IsFile(path)) {
      return absl::NotFoundError(
          absl::StrCat(path.string(), " is missing; ", index_path.filename().string(), " names it: download it again"));
    }
    RETURN_IF_ERROR(set.Add(path));
  }
  return set;
}

absl::StatusOr<WeightSet> WeightSet::Open(const fs::path& folder, std::span<const std::string_view> stems) {
  std::vector<std::string> looked_for;
  for (std::string_view stem : stems) {
    for (const std::string& name : FileNames(stem)) {
      if (IsFile(folder / name)) return FromFile(folder / name);
      looked_for.push_back(name);
      for (const std::string& index : IndexNames(stem, name)) {
        if (IsFile(folder / index)) return FromIndex(folder / index);
        looked_for.push_back(index);
      }
    }
  }
  std::string message = absl::StrCat("no weights in ", folder.string(), "; looked for");
  const char* separator = " ";
  for (const std::string& name : looked_for) {
    absl::StrAppend(&message, separator, name);
    separator = ", ";
  }
  return absl::NotFoundError(message);
}

const TensorEntry* WeightSet::Find(std::string_view name) const {
  const auto found = tensors_.find(name);
  return found == tensors_.end() ? nullptr : &found->second;
}

}  // namespace kolors
