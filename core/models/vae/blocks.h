// What encoder and decoder share. Internal to core/models/vae.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "core/layers/linear.h"
#include "core/layers/norm.h"
#include "core/layers/resnet_block.h"
#include "core/models/vae/config.h"

namespace kolors {

inline constexpr double kVaeNormEps = 1e-6;

inline ResnetBlockConfig VaeResnet(const VaeConfig& config, int64_t in, int64_t out) {
  return {.in_channels = in,
          .out_channels = out,
          .norm_groups = config.norm_num_groups,
          .norm_eps = kVaeNormEps};
}

// One head over all pixels. diffusers: models/attention_processor.py, Attention with residual.
class VaeAttention {
 public:
  VaeAttention(WeightScope scope, int64_t channels, int64_t norm_groups);

  at::Tensor operator()(const at::Tensor& x) const;  // [N, C, H, W], same

 private:
  GroupNorm norm_;
  Linear to_q_, to_k_, to_v_, to_out_;
};

// diffusers: models/unets/unet_2d_blocks.py, UNetMidBlock2D.
class VaeMiddle {
 public:
  VaeMiddle(WeightScope scope, const VaeConfig& config);

  at::Tensor operator()(const at::Tensor& x) const;  // [N, C, H, W], same

 private:
  ResnetBlock resnet_in_;
  std::optional<VaeAttention> attention_;
  ResnetBlock resnet_out_;
};

}  // namespace kolors
