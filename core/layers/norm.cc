#include "core/layers/norm.h"

#include <ATen/ATen.h>

#include "core/ops/group_norm.h"
#include "core/ops/rms_norm.h"

namespace kolors {

GroupNorm::GroupNorm(WeightScope scope, int64_t groups, int64_t channels, double eps)
    : weight_(scope.Load("weight", {channels})),
      bias_(scope.Load("bias", {channels})),
      groups_(groups),
      eps_(eps) {}

at::Tensor GroupNorm::operator()(const at::Tensor& x) const {
  return ops::GroupNorm(x, groups_, weight_, bias_, eps_);
}

at::Tensor GroupNorm::WithSilu(const at::Tensor& x) const {
  return ops::GroupNormSilu(x, groups_, weight_, bias_, eps_);
}

LayerNorm::LayerNorm(WeightScope scope, int64_t width, double eps)
    : weight_(scope.Load("weight", {width})), bias_(scope.Load("bias", {width})), eps_(eps) {}

at::Tensor LayerNorm::operator()(const at::Tensor& x) const {
  return at::layer_norm(x, weight_.sizes(), weight_, bias_, eps_);
}

RmsNorm::RmsNorm(WeightScope scope, int64_t width, double eps)
    : weight_(scope.Load("weight", {width})), eps_(eps) {}

at::Tensor RmsNorm::operator()(const at::Tensor& x) const { return ops::RmsNorm(x, weight_, eps_); }

}  // namespace kolors
