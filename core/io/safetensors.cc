#include "core/io/safetensors.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/io/safetensors_header.h"

namespace kolors {
namespace {

constexpr size_t kPrefixBytes = 8;

struct Parts {
  std::string_view header;
  std::span<const std::byte> data;
};

absl::StatusOr<Parts> Split(std::span<const std::byte> file) {
  if (file.size() < kPrefixBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("is truncated: ", file.size(), " bytes are too few for a safetensors file"));
  }
  uint64_t length;
  std::memcpy(&length, file.data(), sizeof(length));
  if (length > kMaxSafetensorsHeader) {
    return absl::InvalidArgumentError(absl::StrCat("header of ", length, " bytes is over the ",
                                                   kMaxSafetensorsHeader, " that are allowed"));
  }
  const std::span<const std::byte> rest = file.subspan(kPrefixBytes);
  if (length > rest.size()) {
    return absl::InvalidArgumentError(absl::StrCat("is truncated: its header of ", length,
                                                   " bytes does not fit into ", file.size()));
  }
  return Parts{{reinterpret_cast<const char*>(rest.data()), length}, rest.subspan(length)};
}

absl::Status TensorError(const SafetensorsTensor& tensor, const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat("tensor ", Quoted(tensor.name), " ", what));
}

absl::Status CheckSize(const SafetensorsTensor& tensor, uint64_t data_bytes) {
  const std::string range = absl::StrCat("[", tensor.begin, ", ", tensor.end, "]");
  if (tensor.begin > tensor.end) {
    return TensorError(tensor, absl::StrCat("has data_offsets ", range, ", which run backwards"));
  }
  if (tensor.end > data_bytes) {
    return TensorError(tensor, absl::StrCat("has data_offsets ", range, ", beyond the ", data_bytes,
                                            " bytes of data: the file is truncated"));
  }
  const std::optional<int64_t> bytes = ByteCount(tensor.dtype, tensor.shape);
  if (!bytes) return TensorError(tensor, absl::StrCat("has an impossible shape ", ShapeText(tensor.shape)));
  if (static_cast<uint64_t>(*bytes) != tensor.end - tensor.begin) {
    return TensorError(
        tensor, absl::StrCat("has data_offsets ", range, " but shape ", ShapeText(tensor.shape),
                             " of ", std::string(DTypeName(tensor.dtype)), " takes ", *bytes, " bytes"));
  }
  return absl::OkStatus();
}

// tensors: sorted by place.
absl::Status CheckNoHolesOrOverlaps(std::span<const SafetensorsTensor> tensors,
                                    uint64_t data_bytes) {
  uint64_t covered = 0;
  for (const SafetensorsTensor& tensor : tensors) {
    if (tensor.begin < covered) {
      return TensorError(tensor, absl::StrCat("overlaps another: it begins at byte ", tensor.begin,
                                              " of the data, ", covered, " are taken"));
    }
    if (tensor.begin > covered) {
      return TensorError(tensor, absl::StrCat("leaves a hole: it begins at byte ", tensor.begin,
                                              " of the data, after byte ", covered));
    }
    covered = tensor.end;
  }
  if (covered == data_bytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("has ", data_bytes - covered, " bytes after its last tensor"));
}

}  // namespace

absl::StatusOr<WeightContents> ParseSafetensors(std::span<const std::byte> file) {
  ASSIGN_OR_RETURN(const Parts parts, Split(file));
  ASSIGN_OR_RETURN(SafetensorsHeader header, ParseSafetensorsHeader(parts.header));
  for (const SafetensorsTensor& tensor : header.tensors) {
    RETURN_IF_ERROR(CheckSize(tensor, parts.data.size()));
  }
  std::sort(header.tensors.begin(), header.tensors.end(), [](const auto& a, const auto& b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  RETURN_IF_ERROR(CheckNoHolesOrOverlaps(header.tensors, parts.data.size()));

  WeightContents contents;
  contents.metadata = std::move(header.metadata);
  contents.tensors.reserve(header.tensors.size());
  for (SafetensorsTensor& tensor : header.tensors) {
    contents.tensors.push_back({.name = std::move(tensor.name),
                                .dtype = tensor.dtype,
                                .shape = std::move(tensor.shape),
                                .data = parts.data.subspan(tensor.begin, tensor.end - tensor.begin)});
  }
  return contents;
}

}  // namespace kolors
