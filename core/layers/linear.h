// y = x W^T + b.
#pragma once

#include <ATen/core/Tensor.h>

#include "core/layers/weight_loader.h"

namespace kolors {

class Linear {
 public:
  // Asks for weight [out, in] and, if bias, bias [out].
  Linear(WeightScope scope, int64_t in, int64_t out, bool bias = true);

  // x: [..., in] -> [..., out].
  at::Tensor operator()(const at::Tensor& x) const;

 private:
  at::Tensor weight_;
  at::Tensor bias_;  // undefined: none
};

}  // namespace kolors
