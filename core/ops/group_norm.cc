#include "core/ops/group_norm.h"

#include <ATen/ATen.h>

namespace kolors::ops {

at::Tensor GroupNorm(const at::Tensor& x, int64_t groups, const at::Tensor& weight,
                     const at::Tensor& bias, double eps) {
  return at::group_norm(x, groups, weight, bias, eps);
}

at::Tensor GroupNormSilu(const at::Tensor& x, int64_t groups, const at::Tensor& weight,
                         const at::Tensor& bias, double eps) {
  at::Tensor y = at::group_norm(x, groups, weight, bias, eps);
  // In place only where no gradient will ask for the value before.
  return y.requires_grad() ? at::silu(y) : at::silu_(y);
}

}  // namespace kolors::ops
