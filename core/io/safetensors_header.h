// The JSON header of a safetensors file, read without building a tree of it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/io/weights.h"

namespace kolors {

inline constexpr uint64_t kMaxSafetensorsHeader = 100'000'000;  // bytes
inline constexpr std::string_view kSafetensorsMetadata = "__metadata__";

struct SafetensorsTensor {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<int64_t> shape;
  uint64_t begin = 0;  // in bytes, from the end of the header
  uint64_t end = 0;
};

struct SafetensorsHeader {
  std::vector<SafetensorsTensor> tensors;
  std::map<std::string, std::string> metadata;
};

// INVALID_ARGUMENT: not the JSON that the format asks for. Offsets and sizes are not compared here.
absl::StatusOr<SafetensorsHeader> ParseSafetensorsHeader(std::string_view text);

}  // namespace kolors
