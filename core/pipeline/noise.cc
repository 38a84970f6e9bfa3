#include "core/pipeline/noise.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#if KOLORS_CUDA
#include <ATen/cuda/CUDAGeneratorImpl.h>
#endif

namespace kolors {

namespace {

at::Generator MakeGenerator(at::Device device, uint64_t seed) {
#if KOLORS_CUDA
  if (device.is_cuda()) {
    at::Generator generator = at::cuda::detail::createCUDAGenerator(device.index());
    generator.set_current_seed(seed);
    return generator;
  }
#endif
  (void)device;
  return at::detail::createCPUGenerator(seed);
}

}  // namespace

NoiseGenerator::NoiseGenerator(NoiseSource source, uint64_t seed, at::Device device, at::ScalarType dtype)
    : device_(device),
      options_(at::TensorOptions(source == NoiseSource::kDevice ? device : at::Device(at::kCPU)).dtype(dtype)),
      generator_(MakeGenerator(options_.device(), seed)) {}

at::Tensor NoiseGenerator::Draw(at::IntArrayRef shape) {
  return at::randn(shape, generator_, options_).to(device_).to(at::kFloat);
}

}  // namespace kolors
