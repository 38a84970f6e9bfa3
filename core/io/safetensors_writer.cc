#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/utf8.h"
#include "core/io/atomic_file.h"
#include "core/io/safetensors.h"
#include "core/io/safetensors_header.h"

namespace kolors {
namespace {

// Wide dtypes first, so that with an aligned start every tensor is aligned; then by name.
std::vector<const TensorEntry*> InFileOrder(std::span<const TensorEntry> entries) {
  std::vector<const TensorEntry*> order;
  for (const TensorEntry& entry : entries) order.push_back(&entry);
  std::sort(order.begin(), order.end(), [](const TensorEntry* a, const TensorEntry* b) {
    return std::pair(-DTypeSize(a->dtype), std::string_view(a->name)) <
           std::pair(-DTypeSize(b->dtype), std::string_view(b->name));
  });
  return order;
}

absl::Status CheckEntry(const TensorEntry& entry) {
  const std::optional<int64_t> bytes = ByteCount(entry.dtype, entry.shape);
  if (!bytes || static_cast<uint64_t>(*bytes) != entry.data.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("tensor ", Quoted(entry.name), " of shape ", ShapeText(entry.shape), " has ",
                     entry.data.size(), " bytes, which disagree"));
  }
  if (!IsValidUtf8(entry.name) || entry.name == kSafetensorsMetadata) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(entry.name), " cannot be a tensor's name"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> HeaderText(std::span<const TensorEntry* const> order,
                                       const std::map<std::string, std::string>& metadata) {
  nlohmann::json header = nlohmann::json::object();
  if (!metadata.empty()) header[std::string(kSafetensorsMetadata)] = metadata;
  uint64_t offset = 0;
  for (const TensorEntry* entry : order) {
    RETURN_IF_ERROR(CheckEntry(*entry));
    if (header.contains(entry->name)) {
      return absl::InvalidArgumentError(absl::StrCat("two tensors are named ", Quoted(entry->name)));
    }
    const uint64_t end = offset + entry->data.size();
    header[entry->name] = {{"dtype", DTypeName(entry->dtype)},
                           {"shape", entry->shape},
                           {"data_offsets", {offset, end}}};
    offset = end;
  }
  // Metadata may come from a user; what is not UTF-8 in it is replaced.
  std::string text = header.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  text.resize((text.size() + 7) / 8 * 8, ' ');
  if (text.size() > kMaxSafetensorsHeader) {
    return absl::InvalidArgumentError(
        absl::StrCat("names and metadata take ", text.size(), " bytes, over the ",
                     kMaxSafetensorsHeader, " that a safetensors header may have"));
  }
  return text;
}

}  // namespace

absl::Status WriteSafetensors(const std::filesystem::path& path,
                              std::span<const TensorEntry> entries,
                              const std::map<std::string, std::string>& metadata) {
  const std::vector<const TensorEntry*> order = InFileOrder(entries);
  ASSIGN_OR_RETURN(const std::string header, HeaderText(order, metadata));
  ASSIGN_OR_RETURN(AtomicFile file, AtomicFile::Create(path));
  const uint64_t length = header.size();
  RETURN_IF_ERROR(file.Write(std::as_bytes(std::span(&length, 1))));
  RETURN_IF_ERROR(file.Write(std::as_bytes(std::span(header))));
  for (const TensorEntry* entry : order) RETURN_IF_ERROR(file.Write(entry->data));
  return file.Commit();
}

}  // namespace kolors
