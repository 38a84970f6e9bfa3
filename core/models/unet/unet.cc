#include "core/models/unet/unet.h"

#include <ATen/ATen.h>

#include "core/models/unet/stages.h"

namespace kolors {

UNet::UNet(const UNetConfig& config, WeightScope scope)
    : config_(config),
      encoder_hid_proj_(scope / "encoder_hid_proj", config.encoder_hid_dim,
                        config.cross_attention_dim),
      time_embedding_(scope / "time_embedding", config.stages[0].channels, config.time_embed_dim()),
      add_embedding_(scope / "add_embedding", config.projection_class_embeddings_input_dim,
                     config.time_embed_dim()),
      conv_in_(scope / "conv_in", config.in_channels, config.stages[0].channels, 3, 1, 1),
      norm_out_(scope / "conv_norm_out", config.norm_num_groups, config.stages[0].channels,
                config.norm_eps),
      conv_out_(scope / "conv_out", config.stages[0].channels, config.out_channels, 3, 1, 1) {
  for (size_t i = 0; i < config.stages.size(); ++i) {
    down_.emplace_back(scope / "down_blocks" / i, config, i);
  }
  middle_ = std::make_unique<Middle>(scope / "mid_block", config);
  for (size_t i = 0; i < config.stages.size(); ++i) {
    up_.emplace_back(scope / "up_blocks" / i, config, i);
  }
}

UNet::~UNet() = default;

UNetConditioning UNet::Condition(const at::Tensor& prompt_embeds, const at::Tensor& pooled,
                                 const at::Tensor& time_ids) const {
  UNetConditioning conditioning;
  at::Tensor text = encoder_hid_proj_(prompt_embeds);
  auto project = [&](const auto& stages) {
    for (const auto& stage : stages) {
      for (const SpatialTransformer& transformer : stage.transformers) {
        transformer.ProjectContext(text, conditioning.context);
      }
    }
  };
  project(down_);
  middle_->transformer.ProjectContext(text, conditioning.context);
  project(up_);

  at::Tensor sizes = SinusoidalEmbedding(time_ids.flatten(), config_.addition_time_embed_dim);
  sizes = sizes.view({time_ids.size(0), -1}).to(pooled.scalar_type());
  conditioning.added_embedding = add_embedding_(at::cat({pooled, sizes}, 1));
  return conditioning;
}

at::Tensor UNet::operator()(const at::Tensor& latents, const at::Tensor& timesteps,
                            const UNetConditioning& conditioning) const {
  at::Tensor time = SinusoidalEmbedding(timesteps, config_.stages[0].channels);
  time = time_embedding_(time.to(conditioning.added_embedding.scalar_type()));
  // Every residual block starts with the same silu of the time embedding.
  at::Tensor silu_time = at::silu(time + conditioning.added_embedding);

  ContextCursor context(conditioning.context);
  at::Tensor x =
      conv_in_(latents.to(time.scalar_type()).contiguous(at::MemoryFormat::ChannelsLast));
  std::vector<at::Tensor> skips = {x};
  for (const DownStage& stage : down_) x = stage(std::move(x), silu_time, context, skips);
  x = (*middle_)(x, silu_time, context);
  for (const UpStage& stage : up_) x = stage(std::move(x), silu_time, context, skips);
  return conv_out_(norm_out_.WithSilu(x));
}

}  // namespace kolors
