// Kolors' denoising network: SDXL's UNet with a projection of ChatGLM's text states in front.
//
// One definition for drawing and training, on any device and dtype.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

#include "core/layers/conv2d.h"
#include "core/layers/norm.h"
#include "core/layers/resnet_block.h"
#include "core/layers/timestep_embedding.h"
#include "core/layers/transformer.h"
#include "core/models/unet/config.h"

namespace kolors {

// All that stays the same over an image's denoising steps, for N rows (an image with guidance is
// two).
struct UNetConditioning {
  std::vector<KeyValue> context;  // one a transformer block, each [N, L, heads, D]
  at::Tensor added_embedding;     // [N, time_embed_dim], of pooled text and sizes
};

// Immutable after construction; calls may come from several threads on a CPU.
class UNet {
 public:
  UNet(const UNetConfig& config, WeightScope scope);
  ~UNet();

  const UNetConfig& config() const { return config_; }

  // prompt_embeds: [N, L, encoder_hid_dim]; pooled: [N, pooled_dim]; time_ids: [N, 6] fp32
  // (original height, width, crop top, left, target height, width, in pixels). No mask: padding
  // rows count too.
  UNetConditioning Condition(const at::Tensor& prompt_embeds, const at::Tensor& pooled,
                             const at::Tensor& time_ids) const;

  // latents: [N, in_channels, H, W], scaled for the model; timesteps: [N] fp32. Returns the
  // predicted noise, [N, out_channels, H, W] in the weights' dtype. H, W: any, also where they do
  // not halve evenly.
  at::Tensor operator()(const at::Tensor& latents, const at::Tensor& timesteps,
                        const UNetConditioning& conditioning) const;

 private:
  struct DownStage;
  struct UpStage;
  struct Middle;

  UNetConfig config_;
  Linear encoder_hid_proj_;
  TimestepEmbedding time_embedding_;
  TimestepEmbedding add_embedding_;
  Conv2d conv_in_;
  std::vector<DownStage> down_;
  std::unique_ptr<Middle> middle_;
  std::vector<UpStage> up_;
  GroupNorm norm_out_;
  Conv2d conv_out_;
};

}  // namespace kolors
