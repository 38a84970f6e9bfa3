#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/check.h"
#include "core/io/torch_pickle.h"

// Whatever the bytes: a status, or tensors whose every byte can be read.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto contents = kolors::ParseTorchPickle(std::as_bytes(std::span(data, size)));
  if (!contents.ok()) return 0;
  volatile std::byte sink{};
  for (const kolors::TensorEntry& entry : contents->tensors) {
    for (const std::byte byte : entry.data) sink = byte;
  }
  return 0;
}
