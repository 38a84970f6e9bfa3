#include "core/layers/linear.h"

#include <ATen/ATen.h>

namespace kolors {

Linear::Linear(WeightScope scope, int64_t in, int64_t out, bool bias)
    : weight_(scope.Load("weight", {out, in})) {
  if (bias) bias_ = scope.Load("bias", {out});
}

at::Tensor Linear::operator()(const at::Tensor& x) const { return at::linear(x, weight_, bias_); }

}  // namespace kolors
