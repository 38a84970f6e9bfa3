#include "core/models/vae/encoder.h"

#include <ATen/ATen.h>

namespace kolors {

VaeEncoder::VaeEncoder(const VaeConfig& config, WeightScope scope)
    : config_(config),
      conv_in_(scope / "encoder" / "conv_in", config.in_channels, config.block_out_channels[0], 3,
               1, 1),
      middle_(scope / "encoder" / "mid_block", config),
      norm_out_(scope / "encoder" / "conv_norm_out", config.norm_num_groups,
                config.block_out_channels.back(), kVaeNormEps),
      conv_out_(scope / "encoder" / "conv_out", config.block_out_channels.back(),
                2 * config.latent_channels, 3, 1, 1) {
  int64_t in = config.block_out_channels[0];
  for (size_t i = 0; i < config.block_out_channels.size(); ++i) {
    const int64_t out = config.block_out_channels[i];
    WeightScope block = scope / "encoder" / "down_blocks" / i;
    Stage& stage = stages_.emplace_back();
    for (int64_t layer = 0; layer < config.layers_per_block; ++layer) {
      stage.resnets.emplace_back(block / "resnets" / layer, VaeResnet(config, in, out));
      in = out;
    }
    if (i + 1 < config.block_out_channels.size()) {
      stage.downsample.emplace(block / "downsamplers" / 0 / "conv", out, out, 3, 2, 0);
    }
  }
  if (config.use_quant_conv) {
    quant_conv_.emplace(scope / "quant_conv", 2 * config.latent_channels,
                        2 * config.latent_channels, 1, 1, 0);
  }
}

LatentDistribution VaeEncoder::operator()(const at::Tensor& pictures) const {
  at::Tensor x = conv_in_(pictures.contiguous(at::MemoryFormat::ChannelsLast));
  for (const Stage& stage : stages_) {
    for (const ResnetBlock& resnet : stage.resnets) x = resnet(x);
    // Padded on the right and bottom only, unlike the UNet's.
    if (stage.downsample) x = (*stage.downsample)(at::constant_pad_nd(x, {0, 1, 0, 1}));
  }
  x = conv_out_(norm_out_.WithSilu(middle_(x)));
  if (quant_conv_) x = (*quant_conv_)(x);
  auto moments = x.to(at::kFloat).chunk(2, 1);
  at::Tensor mean = moments[0], std = at::exp(0.5 * moments[1].clamp(-30, 20));
  if (!config_.latents_mean.empty()) {
    auto column = [&](const std::vector<double>& values) {
      return at::tensor(values, mean.options()).view({1, -1, 1, 1});
    };
    mean = (mean - column(config_.latents_mean)) / column(config_.latents_std);
    std = std / column(config_.latents_std);
  }
  return {.mean = mean * config_.scaling_factor, .std = std * config_.scaling_factor};
}

}  // namespace kolors
