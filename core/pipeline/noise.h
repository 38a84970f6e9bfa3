// Second stage: where an image's randomness comes from.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>

#include "core/sampling/noise_source.h"

namespace kolors {

// Standard normal draws of one image: its initial latents first, then whatever its sampler asks for.
//
// kCpu draws from PyTorch's CPU generator, kDevice from the device's (on a CPU the two are one). Draws
// are made in `dtype` as diffusers makes them: PyTorch's fp16 draws are other numbers than its fp32
// ones, not rounded ones. Not thread-safe.
class NoiseGenerator {
 public:
  NoiseGenerator(NoiseSource source, uint64_t seed, at::Device device, at::ScalarType dtype);

  // `shape`, fp32, on the device.
  at::Tensor Draw(at::IntArrayRef shape);

 private:
  at::Device device_;
  at::TensorOptions options_;
  at::Generator generator_;
};

}  // namespace kolors
