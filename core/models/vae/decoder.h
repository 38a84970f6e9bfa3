// Latents to pictures.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <vector>

#include "core/layers/conv2d.h"
#include "core/models/vae/blocks.h"

namespace kolors {

// Immutable after construction.
class VaeDecoder {
 public:
  VaeDecoder(const VaeConfig& config, WeightScope scope);

  // latents: [N, latent_channels, H, W], as the UNet sees them (scaling_factor is taken out here).
  // Returns [N, out_channels, H * downscale, W * downscale], about -1 … 1, in the weights' dtype.
  at::Tensor operator()(const at::Tensor& latents) const;

  // The same in tiles of `tile` x `tile` latents that overlap by a quarter and are blended
  // linearly, so that memory does not grow with the picture. Not equal to the whole: normalisation
  // sees a tile at a time. After diffusers' AutoencoderKL.tiled_decode.
  at::Tensor Tiled(const at::Tensor& latents, int64_t tile) const;

 private:
  struct Stage {
    std::vector<ResnetBlock> resnets;
    std::optional<Conv2d> upsample;
  };

  VaeConfig config_;
  std::optional<Conv2d> post_quant_conv_;
  Conv2d conv_in_;
  VaeMiddle middle_;
  std::vector<Stage> stages_;
  GroupNorm norm_out_;
  Conv2d conv_out_;
};

}  // namespace kolors
