// Two-dimensional convolution.
#pragma once

#include <ATen/core/Tensor.h>

#include "core/layers/weight_loader.h"

namespace kolors {

class Conv2d {
 public:
  // Asks for weight [out, in, kernel, kernel] and bias [out].
  Conv2d(WeightScope scope, int64_t in, int64_t out, int64_t kernel, int64_t stride,
         int64_t padding);

  // x: [N, in, H, W] -> [N, out, H', W'].
  at::Tensor operator()(const at::Tensor& x) const;

 private:
  at::Tensor weight_;
  at::Tensor bias_;
  int64_t stride_;
  int64_t padding_;
};

}  // namespace kolors
