#include "core/models/vae/decoder.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace kolors {

VaeDecoder::VaeDecoder(const VaeConfig& config, WeightScope scope)
    : config_(config),
      conv_in_(scope / "decoder" / "conv_in", config.latent_channels,
               config.block_out_channels.back(), 3, 1, 1),
      middle_(scope / "decoder" / "mid_block", config),
      norm_out_(scope / "decoder" / "conv_norm_out", config.norm_num_groups,
                config.block_out_channels[0], kVaeNormEps),
      conv_out_(scope / "decoder" / "conv_out", config.block_out_channels[0], config.out_channels,
                3, 1, 1) {
  if (config.use_post_quant_conv) {
    post_quant_conv_.emplace(scope / "post_quant_conv", config.latent_channels,
                             config.latent_channels, 1, 1, 0);
  }
  const size_t count = config.block_out_channels.size();
  int64_t in = config.block_out_channels.back();
  for (size_t i = 0; i < count; ++i) {
    const int64_t out = config.block_out_channels[count - 1 - i];
    WeightScope block = scope / "decoder" / "up_blocks" / i;
    Stage& stage = stages_.emplace_back();
    for (int64_t layer = 0; layer <= config.layers_per_block; ++layer) {
      stage.resnets.emplace_back(block / "resnets" / layer, VaeResnet(config, in, out));
      in = out;
    }
    if (i + 1 < count) stage.upsample.emplace(block / "upsamplers" / 0 / "conv", out, out, 3, 1, 1);
  }
}

at::Tensor VaeDecoder::operator()(const at::Tensor& latents) const {
  at::Tensor x = latents / config_.scaling_factor;
  if (!config_.latents_mean.empty()) {
    auto column = [&](const std::vector<double>& values) {
      return at::tensor(values, x.options()).view({1, -1, 1, 1});
    };
    x = latents * column(config_.latents_std) / config_.scaling_factor +
        column(config_.latents_mean);
  }
  x = x.contiguous(at::MemoryFormat::ChannelsLast);
  if (post_quant_conv_) x = (*post_quant_conv_)(x);
  x = middle_(conv_in_(x));
  for (const Stage& stage : stages_) {
    for (const ResnetBlock& resnet : stage.resnets) x = resnet(x);
    if (stage.upsample) {
      x = (*stage.upsample)(at::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)}));
    }
  }
  return conv_out_(norm_out_.WithSilu(x));
}

namespace {

// Weight of a tile along one axis: 1, with linear ramps over `overlap` at ends that meet another
// tile.
at::Tensor Ramp(int64_t length, int64_t overlap, bool first, bool last, at::TensorOptions options) {
  at::Tensor ramp = at::ones({length}, options);
  const int64_t width = std::min(overlap, length);
  at::Tensor rise = (at::arange(width, options) + 1) / (width + 1);
  if (!first) ramp.narrow(0, 0, width).mul_(rise);
  if (!last) ramp.narrow(0, length - width, width).mul_(rise.flip(0));
  return ramp;
}

}  // namespace

at::Tensor VaeDecoder::Tiled(const at::Tensor& latents, int64_t tile) const {
  const int64_t scale = config_.downscale(), overlap = tile / 4, stride = tile - overlap;
  const int64_t height = latents.size(2), width = latents.size(3);
  auto options = latents.options().dtype(at::kFloat);
  at::Tensor sum =
      at::zeros({latents.size(0), config_.out_channels, height * scale, width * scale}, options);
  at::Tensor weight = at::zeros({1, 1, height * scale, width * scale}, options);
  for (int64_t top = 0; top == 0 || top + overlap < height; top += stride) {
    const int64_t rows = std::min(tile, height - top);
    for (int64_t left = 0; left == 0 || left + overlap < width; left += stride) {
      const int64_t columns = std::min(tile, width - left);
      at::Tensor picture =
          (*this)(latents.narrow(2, top, rows).narrow(3, left, columns)).to(at::kFloat);
      at::Tensor ramp =
          Ramp(rows * scale, overlap * scale, top == 0, top + rows == height, options)
              .unsqueeze(1) *
          Ramp(columns * scale, overlap * scale, left == 0, left + columns == width, options);
      auto part = [&](at::Tensor& whole) {
        return whole.narrow(2, top * scale, rows * scale).narrow(3, left * scale, columns * scale);
      };
      part(sum).add_(picture * ramp);
      part(weight).add_(ramp);
    }
  }
  return sum / weight;
}

}  // namespace kolors
