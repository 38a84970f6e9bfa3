#include "core/io/tensor_entry.h"

#include <algorithm>
#include <array>
#include <limits>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/check.h"
#include "core/base/utf8.h"

namespace kolors {
namespace {

constexpr size_t kMaxDimensions = 64;  // as torch

struct DTypeInfo {
  DType dtype;
  std::string_view name;
  int64_t size;
};

constexpr std::array kDTypes = {
    DTypeInfo{DType::kF64, "F64", 8},   DTypeInfo{DType::kF32, "F32", 4},
    DTypeInfo{DType::kF16, "F16", 2},   DTypeInfo{DType::kBF16, "BF16", 2},
    DTypeInfo{DType::kI64, "I64", 8},   DTypeInfo{DType::kI32, "I32", 4},
    DTypeInfo{DType::kI16, "I16", 2},   DTypeInfo{DType::kI8, "I8", 1},
    DTypeInfo{DType::kU8, "U8", 1},     DTypeInfo{DType::kBool, "BOOL", 1},
};

const DTypeInfo& Info(DType dtype) {
  const auto index = static_cast<size_t>(dtype);
  KOLORS_CHECK(index < kDTypes.size() && kDTypes[index].dtype == dtype);
  return kDTypes[index];
}

}  // namespace

int64_t DTypeSize(DType dtype) { return Info(dtype).size; }

std::string_view DTypeName(DType dtype) { return Info(dtype).name; }

std::optional<DType> DTypeFromName(std::string_view name) {
  for (const DTypeInfo& info : kDTypes) {
    if (info.name == name) return info.dtype;
  }
  return std::nullopt;
}

std::optional<int64_t> ByteCount(DType dtype, std::span<const int64_t> shape) {
  if (shape.size() > kMaxDimensions) return std::nullopt;
  int64_t bound = DTypeSize(dtype);
  bool empty = false;
  for (const int64_t dimension : shape) {
    if (dimension < 0) return std::nullopt;
    empty = empty || dimension == 0;
    if (__builtin_mul_overflow(bound, std::max<int64_t>(dimension, 1), &bound)) {
      return std::nullopt;
    }
  }
  return empty ? 0 : bound;
}

std::string ShapeText(std::span<const int64_t> shape) {
  constexpr size_t kShown = 8;
  const auto shown = shape.first(std::min(shape.size(), kShown));
  return absl::StrCat("[", absl::StrJoin(shown.begin(), shown.end(), ", "),
                      shape.size() > kShown ? ", ..." : "", "]");
}

std::string Quoted(std::string_view name) {
  constexpr size_t kShown = 200;
  const std::string text(name.substr(0, kShown));
  // A sequence cut in the middle is no longer UTF-8, and then every byte of it is escaped.
  const std::string escaped = IsValidUtf8(text) ? absl::Utf8SafeCEscape(text) : absl::CHexEscape(text);
  return absl::StrCat("\"", escaped, name.size() > kShown ? "..." : "", "\"");
}

}  // namespace kolors
