// Group normalisation, alone and with the SiLU that follows it in every residual block.
#pragma once

#include <ATen/core/Tensor.h>

namespace kolors::ops {

// y = (x - mean) / sqrt(var + eps) * weight + bias over each image's channel groups, statistics in
// fp32 or wider (Wu & He 2018, arXiv:1803.08494).
//
// x: [N, C, H, W], any dense memory format, kept in the result; C divisible by groups.
// weight, bias: [C], x's dtype.
at::Tensor GroupNorm(const at::Tensor& x, int64_t groups, const at::Tensor& weight,
                     const at::Tensor& bias, double eps);

// silu(GroupNorm(x)), silu(v) = v * sigmoid(v).
at::Tensor GroupNormSilu(const at::Tensor& x, int64_t groups, const at::Tensor& weight,
                         const at::Tensor& bias, double eps);

}  // namespace kolors::ops
