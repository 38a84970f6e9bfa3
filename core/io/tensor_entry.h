// What the readers and writers of weight files share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/weights.h"

namespace kolors {

// "F32" to kF32; nullopt for what this program does not compute with (F8_E4M3, U16, C64 …).
std::optional<DType> DTypeFromName(std::string_view name);

// The size of a dense tensor; nullopt if a dimension is negative, there are more than 64 of them, or
// the size, counting empty dimensions as one, overflows.
std::optional<int64_t> ByteCount(DType dtype, std::span<const int64_t> shape);

// "[2, 3]"
std::string ShapeText(std::span<const int64_t> shape);

// A name out of a file for a message: in quotes, escaped, shortened.
std::string Quoted(std::string_view name);

// What a reader finds in a file. The entries' data point into the file's bytes, or into `copies` where
// the file does not hold a tensor in row-major order.
struct WeightContents {
  std::vector<TensorEntry> tensors;
  std::map<std::string, std::string> metadata;
  std::vector<std::unique_ptr<std::byte[]>> copies;
};

}  // namespace kolors
