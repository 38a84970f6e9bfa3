#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "core/base/check.h"
#include "core/base/error_details.h"
#include "core/engine/validate.h"

namespace {

template <typename T>
T Take(const uint8_t*& data, size_t& size) {
  T value{};
  const size_t count = size < sizeof(T) ? size : sizeof(T);
  std::memcpy(&value, data, count);
  data += count;
  size -= count;
  return value;
}

}  // namespace

// Whatever the request: OK, or INVALID_ARGUMENT that names at least one field.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  kolors::GenerateSpec spec;
  spec.width = Take<int>(data, size);
  spec.height = Take<int>(data, size);
  spec.num_inference_steps = Take<int>(data, size);
  spec.guidance_scale = Take<float>(data, size);
  spec.num_images = Take<int>(data, size);
  spec.preview_interval_steps = Take<int>(data, size);
  for (int adapters = Take<uint8_t>(data, size) % 12; adapters > 0; --adapters) {
    spec.adapters.push_back({.adapter = std::string(1, Take<char>(data, size)), .scale = Take<float>(data, size)});
  }
  spec.prompt.assign(reinterpret_cast<const char*>(data), size);
  if (size % 2 == 1) spec.negative_prompt = spec.prompt;
  const absl::Status status = kolors::ValidateGenerateSpec(spec, {});
  if (status.ok()) return 0;
  KOLORS_CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  KOLORS_CHECK(!kolors::GetErrorDetails(status).field_violations.empty());
  return 0;
}
