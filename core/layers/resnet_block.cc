#include "core/layers/resnet_block.h"

#include <ATen/ATen.h>

namespace kolors {

ResnetBlock::ResnetBlock(WeightScope scope, const ResnetBlockConfig& config)
    : norm1_(scope / "norm1", config.norm_groups, config.in_channels, config.norm_eps),
      conv1_(scope / "conv1", config.in_channels, config.out_channels, 3, 1, 1),
      norm2_(scope / "norm2", config.norm_groups, config.out_channels, config.norm_eps),
      conv2_(scope / "conv2", config.out_channels, config.out_channels, 3, 1, 1) {
  if (config.time_embedding_width > 0) {
    time_projection_.emplace(scope / "time_emb_proj", config.time_embedding_width,
                             config.out_channels);
  }
  if (config.in_channels != config.out_channels) {
    shortcut_.emplace(scope / "conv_shortcut", config.in_channels, config.out_channels, 1, 1, 0);
  }
}

at::Tensor ResnetBlock::operator()(const at::Tensor& x, const at::Tensor& silu_time) const {
  at::Tensor h = conv1_(norm1_.WithSilu(x));
  if (time_projection_) h = h + (*time_projection_)(silu_time).unsqueeze(-1).unsqueeze(-1);
  h = conv2_(norm2_.WithSilu(h));
  return (shortcut_ ? (*shortcut_)(x) : x) + h;
}

}  // namespace kolors
