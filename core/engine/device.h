// The device the engine owns: which it is, what it has, and when it is done with something.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/engine/engine.h"

namespace kolors {

// "cpu", "cuda" (the first), "cuda:1". INVALID_ARGUMENT: not of this form. FAILED_PRECONDITION: no such
// device here, or this build has no CUDA.
absl::StatusOr<at::Device> ParseDevice(const std::string& text);

// fp32 anywhere; fp16 and bf16 on CUDA. fp8 is not a dtype of activations.
absl::StatusOr<at::ScalarType> ParsePrecision(Precision precision, at::Device device);

DeviceInfo DescribeDevice(at::Device device);
int64_t MemoryUsedBytes(at::Device device);

// Makes the calling thread work on this device, with its fastest kernels.
void UseDevice(at::Device device, int cpu_threads);

// Gives cached but unused memory back to the device, after an out-of-memory.
void ReleaseCachedMemory(at::Device device);

// A point in the device's work. On a CPU every point is reached at once.
class Fence {
 public:
  // After everything the calling thread has asked of the device.
  static Fence Record(at::Device device);
  void Wait() const;

 private:
  struct Event;
  std::shared_ptr<Event> event_;
};

// Starts copying to memory of the host; the contents are there after a fence recorded later.
at::Tensor CopyToHost(const at::Tensor& tensor);

}  // namespace kolors
