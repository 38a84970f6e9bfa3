// Numbers (timesteps, sizes) as vectors a network can read.
#pragma once

#include <ATen/core/Tensor.h>

#include "core/layers/linear.h"

namespace kolors {

// [cos | sin] of values * 10000^(-i / (width / 2)): diffusers' Timesteps with flip_sin_to_cos true
// and downscale_freq_shift 0, as every SDXL-class UNet uses it. values: [M] fp32 -> [M, width]
// fp32; width even.
at::Tensor SinusoidalEmbedding(const at::Tensor& values, int64_t width);

// linear_2(silu(linear_1(x))). diffusers: models/embeddings.py, TimestepEmbedding.
class TimestepEmbedding {
 public:
  TimestepEmbedding(WeightScope scope, int64_t in, int64_t out);

  at::Tensor operator()(const at::Tensor& x) const;  // [N, in] -> [N, out]

 private:
  Linear linear_1_, linear_2_;
};

}  // namespace kolors
