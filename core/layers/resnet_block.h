// The residual block of UNet and VAE. diffusers: models/resnet.py, ResnetBlock2D.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "core/layers/conv2d.h"
#include "core/layers/linear.h"
#include "core/layers/norm.h"

namespace kolors {

struct ResnetBlockConfig {
  int64_t in_channels;
  int64_t out_channels;
  int64_t norm_groups;
  double norm_eps;
  int64_t time_embedding_width = 0;  // 0: the block takes no time embedding (VAE)
};

class ResnetBlock {
 public:
  ResnetBlock(WeightScope scope, const ResnetBlockConfig& config);

  // x: [N, in, H, W]; silu_time: silu of the time embedding, [N, time_embedding_width], undefined
  // if that is 0. Result: [N, out, H, W].
  at::Tensor operator()(const at::Tensor& x, const at::Tensor& silu_time = {}) const;

 private:
  GroupNorm norm1_;
  Conv2d conv1_;
  std::optional<Linear> time_projection_;
  GroupNorm norm2_;
  Conv2d conv2_;
  std::optional<Conv2d> shortcut_;
};

}  // namespace kolors
