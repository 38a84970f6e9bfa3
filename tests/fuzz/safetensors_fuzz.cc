#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/check.h"
#include "core/io/safetensors.h"

// Whatever the bytes: a status, or entries that lie inside them.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto file = std::as_bytes(std::span(data, size));
  const auto contents = kolors::ParseSafetensors(file);
  if (!contents.ok()) return 0;
  for (const kolors::TensorEntry& entry : contents->tensors) {
    if (entry.data.empty()) continue;
    KOLORS_CHECK(entry.data.data() >= file.data() &&
                 entry.data.data() + entry.data.size() <= file.data() + file.size());
  }
  return 0;
}
