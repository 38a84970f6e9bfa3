// Root mean square normalisation (Zhang & Sennrich 2019, arXiv:1910.07467).
#pragma once

#include <ATen/core/Tensor.h>

namespace kolors::ops {

// y = x / sqrt(mean(x^2) + eps) * weight over the last dimension; the mean in fp32, the result in
// x's dtype. x: [..., D]; weight: [D].
at::Tensor RmsNorm(const at::Tensor& x, const at::Tensor& weight, double eps);

}  // namespace kolors::ops
