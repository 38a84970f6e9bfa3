// Normalisation layers: their parameters, and the op that uses them.
#pragma once

#include <ATen/core/Tensor.h>

#include "core/layers/weight_loader.h"

namespace kolors {

class GroupNorm {
 public:
  GroupNorm(WeightScope scope, int64_t groups, int64_t channels, double eps);

  at::Tensor operator()(const at::Tensor& x) const;  // x: [N, C, H, W]
  at::Tensor WithSilu(const at::Tensor& x) const;

 private:
  at::Tensor weight_, bias_;
  int64_t groups_;
  double eps_;
};

class LayerNorm {
 public:
  LayerNorm(WeightScope scope, int64_t width, double eps = 1e-5);

  at::Tensor operator()(const at::Tensor& x) const;  // x: [..., width]

 private:
  at::Tensor weight_, bias_;
  double eps_;
};

class RmsNorm {
 public:
  RmsNorm(WeightScope scope, int64_t width, double eps);

  at::Tensor operator()(const at::Tensor& x) const;  // x: [..., width]

 private:
  at::Tensor weight_;
  double eps_;
};

}  // namespace kolors
