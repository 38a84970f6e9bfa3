// Pictures to latents.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <vector>

#include "core/layers/conv2d.h"
#include "core/models/vae/blocks.h"

namespace kolors {

// A Gaussian for every latent, in the UNet's scale. Training takes the mean (DiffSynth) or draws
// mean + std * N(0, 1) (diffusers).
struct LatentDistribution {
  at::Tensor mean;  // [N, latent_channels, H / downscale, W / downscale]
  at::Tensor std;   // the same; positive
};

// Immutable after construction.
class VaeEncoder {
 public:
  VaeEncoder(const VaeConfig& config, WeightScope scope);

  // pictures: [N, in_channels, H, W], -1 … 1, H and W multiples of downscale.
  LatentDistribution operator()(const at::Tensor& pictures) const;

 private:
  struct Stage {
    std::vector<ResnetBlock> resnets;
    std::optional<Conv2d> downsample;
  };

  VaeConfig config_;
  Conv2d conv_in_;
  std::vector<Stage> stages_;
  VaeMiddle middle_;
  GroupNorm norm_out_;
  Conv2d conv_out_;
  std::optional<Conv2d> quant_conv_;
};

}  // namespace kolors
