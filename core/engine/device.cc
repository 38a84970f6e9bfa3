#include "core/engine/device.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#if KOLORS_CUDA
#include <ATen/cuda/CUDAContext.h>
#include <ATen/cuda/CUDAEvent.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#endif

namespace kolors {

namespace {

int CudaDeviceCount() {
#if KOLORS_CUDA
  return c10::cuda::device_count();
#else
  return 0;
#endif
}

std::string CpuName() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  for (std::string line; std::getline(cpuinfo, line);) {
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  }
  return "CPU";
}

int64_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  int64_t total = 0, resident = 0;
  statm >> total >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

}  // namespace

absl::StatusOr<at::Device> ParseDevice(const std::string& text) {
  if (text == "cpu") return at::Device(at::kCPU);
  int index = 0;
  absl::string_view rest = text;
  const bool is_cuda = absl::ConsumePrefix(&rest, "cuda") &&
                       (rest.empty() || (absl::ConsumePrefix(&rest, ":") && absl::SimpleAtoi(rest, &index)));
  if (!is_cuda || index < 0) {
    return absl::InvalidArgumentError(absl::StrCat("device must be cpu, cuda or cuda:N, is \"", text, "\"."));
  }
#if !KOLORS_CUDA
  return absl::FailedPreconditionError("This build has no CUDA; start with --device cpu, or build with KOLORS_CUDA=ON.");
#endif
  if (index >= CudaDeviceCount()) {
    return absl::FailedPreconditionError(
        absl::StrCat("There is no CUDA device ", index, ": ", CudaDeviceCount(),
                     " found. Check the driver with nvidia-smi, or start with --device cpu."));
  }
  return at::Device(at::kCUDA, index);
}

absl::StatusOr<at::ScalarType> ParsePrecision(Precision precision, at::Device device) {
  if (precision == Precision::kFp32) return at::kFloat;
  if (!device.is_cuda()) {
    return absl::InvalidArgumentError("On a CPU the precision is fp32; start with --precision fp32.");
  }
  if (precision == Precision::kFp16) return at::kHalf;
  if (precision == Precision::kBf16) return at::kBFloat16;
  return absl::InvalidArgumentError("precision fp8 is not available yet; start with --precision fp16.");
}

DeviceInfo DescribeDevice(at::Device device) {
  DeviceInfo info{.id = device.str()};
#if KOLORS_CUDA
  if (device.is_cuda()) {
    const cudaDeviceProp* properties = at::cuda::getDeviceProperties(device.index());
    info.name = properties->name;
    info.compute_capability = absl::StrCat(properties->major, ".", properties->minor);
    info.memory_total_bytes = properties->totalGlobalMem;
    info.memory_used_bytes = MemoryUsedBytes(device);
    return info;
  }
#endif
  info.name = CpuName();
  info.memory_total_bytes = static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
  info.memory_used_bytes = MemoryUsedBytes(device);
  return info;
}

int64_t MemoryUsedBytes(at::Device device) {
#if KOLORS_CUDA
  if (device.is_cuda()) {
    auto [free, total] = c10::cuda::CUDACachingAllocator::get()->getMemoryInfo(device.index());
    return total - free;
  }
#endif
  (void)device;
  return ResidentBytes();
}

void UseDevice(at::Device device, int cpu_threads) {
  at::set_num_threads(cpu_threads > 0 ? cpu_threads : static_cast<int>(std::thread::hardware_concurrency()));
#if KOLORS_CUDA
  if (device.is_cuda()) {
    c10::cuda::set_device(device.index());
    at::globalContext().setBenchmarkCuDNN(true);
  }
#endif
  (void)device;
}

void ReleaseCachedMemory(at::Device device) {
#if KOLORS_CUDA
  if (device.is_cuda()) c10::cuda::CUDACachingAllocator::emptyCache();
#endif
  (void)device;
}

#if KOLORS_CUDA
struct Fence::Event {
  at::cuda::CUDAEvent event;
};
#else
struct Fence::Event {};
#endif

Fence Fence::Record(at::Device device) {
  Fence fence;
#if KOLORS_CUDA
  if (device.is_cuda()) {
    fence.event_ = std::make_shared<Event>();
    fence.event_->event.record();
  }
#endif
  (void)device;
  return fence;
}

void Fence::Wait() const {
#if KOLORS_CUDA
  if (event_) event_->event.synchronize();
#endif
}

at::Tensor CopyToHost(const at::Tensor& tensor) {
  if (tensor.device().is_cpu()) return tensor;
  at::Tensor host = at::empty(tensor.sizes(), tensor.options().device(at::kCPU).pinned_memory(true));
  host.copy_(tensor, /*non_blocking=*/true);
  return host;
}

}  // namespace kolors
