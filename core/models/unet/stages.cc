#include "core/models/unet/stages.h"

#include <ATen/ATen.h>

namespace kolors {

namespace {

ResnetBlockConfig Resnet(const UNetConfig& config, int64_t in, int64_t out) {
  return {.in_channels = in,
          .out_channels = out,
          .norm_groups = config.norm_num_groups,
          .norm_eps = config.norm_eps,
          .time_embedding_width = config.time_embed_dim()};
}

SpatialTransformer::Config Transformer(const UNetConfig& config, const UNetConfig::Stage& stage) {
  return {.channels = stage.channels,
          .context_width = config.cross_attention_dim,
          .heads = stage.heads,
          .layers = stage.transformer_layers,
          .norm_groups = config.norm_num_groups};
}

UNetConfig::Stage MiddleStage(const UNetConfig& config) {
  return {.channels = config.stages.back().channels,
          .heads = config.mid_heads,
          .transformer_layers = config.mid_transformer_layers,
          .resnets = 2};
}

}  // namespace

UNet::DownStage::DownStage(WeightScope scope, const UNetConfig& config, size_t index) {
  const UNetConfig::Stage& stage = config.stages[index];
  int64_t in = config.stages[index == 0 ? 0 : index - 1].channels;
  for (int64_t i = 0; i < stage.resnets; ++i) {
    resnets.emplace_back(scope / "resnets" / i, Resnet(config, in, stage.channels));
    in = stage.channels;
    if (stage.transformer_layers > 0) {
      transformers.emplace_back(scope / "attentions" / i, Transformer(config, stage));
    }
  }
  if (index + 1 < config.stages.size()) {
    downsample.emplace(scope / "downsamplers" / 0 / "conv", stage.channels, stage.channels, 3, 2,
                       1);
  }
}

at::Tensor UNet::DownStage::operator()(at::Tensor x, const at::Tensor& silu_time,
                                       ContextCursor& context,
                                       std::vector<at::Tensor>& skips) const {
  for (size_t i = 0; i < resnets.size(); ++i) {
    x = resnets[i](x, silu_time);
    if (!transformers.empty()) x = transformers[i](x, context.Take(transformers[i].layers()));
    skips.push_back(x);
  }
  if (downsample) skips.push_back(x = (*downsample)(x));
  return x;
}

UNet::Middle::Middle(WeightScope scope, const UNetConfig& config)
    : resnet_in(scope / "resnets" / 0,
                Resnet(config, config.stages.back().channels, config.stages.back().channels)),
      transformer(scope / "attentions" / 0, Transformer(config, MiddleStage(config))),
      resnet_out(scope / "resnets" / 1,
                 Resnet(config, config.stages.back().channels, config.stages.back().channels)) {}

at::Tensor UNet::Middle::operator()(const at::Tensor& x, const at::Tensor& silu_time,
                                    ContextCursor& context) const {
  at::Tensor h = resnet_in(x, silu_time);
  h = transformer(h, context.Take(transformer.layers()));
  return resnet_out(h, silu_time);
}

UNet::UpStage::UpStage(WeightScope scope, const UNetConfig& config, size_t index) {
  const size_t last = config.stages.size() - 1;
  const size_t level = last - index;
  const UNetConfig::Stage& stage = config.stages[level];
  const int64_t below = config.stages[index == 0 ? last : level + 1].channels;
  const int64_t above = config.stages[level == 0 ? 0 : level - 1].channels;
  const int64_t count = stage.resnets + 1;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t in = i == 0 ? below : stage.channels;
    const int64_t skip = i + 1 == count ? above : stage.channels;
    resnets.emplace_back(scope / "resnets" / i, Resnet(config, in + skip, stage.channels));
    if (stage.transformer_layers > 0) {
      transformers.emplace_back(scope / "attentions" / i, Transformer(config, stage));
    }
  }
  if (level > 0) {
    upsample.emplace(scope / "upsamplers" / 0 / "conv", stage.channels, stage.channels, 3, 1, 1);
  }
}

at::Tensor UNet::UpStage::operator()(at::Tensor x, const at::Tensor& silu_time,
                                     ContextCursor& context, std::vector<at::Tensor>& skips) const {
  for (size_t i = 0; i < resnets.size(); ++i) {
    x = resnets[i](at::cat({x, skips.back()}, 1), silu_time);
    skips.pop_back();
    if (!transformers.empty()) x = transformers[i](x, context.Take(transformers[i].layers()));
  }
  if (upsample) {
    // To the size of the next skip: twice this one, but for latents that did not halve evenly.
    x = (*upsample)(at::upsample_nearest2d(x, skips.back().sizes().slice(2)));
  }
  return x;
}

}  // namespace kolors
