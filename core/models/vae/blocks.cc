#include "core/models/vae/blocks.h"

#include <ATen/ATen.h>

#include "core/ops/attention.h"

namespace kolors {

VaeAttention::VaeAttention(WeightScope scope, int64_t channels, int64_t norm_groups)
    : norm_(scope / "group_norm", norm_groups, channels, kVaeNormEps),
      to_q_(scope / "to_q", channels, channels),
      to_k_(scope / "to_k", channels, channels),
      to_v_(scope / "to_v", channels, channels),
      to_out_(scope / "to_out" / 0, channels, channels) {}

at::Tensor VaeAttention::operator()(const at::Tensor& x) const {
  at::Tensor pixels = norm_(x).permute({0, 2, 3, 1}).flatten(1, 2);
  auto one_head = [](const at::Tensor& t) { return t.unsqueeze(2); };
  at::Tensor h =
      ops::Attention(one_head(to_q_(pixels)), one_head(to_k_(pixels)), one_head(to_v_(pixels)));
  return x + to_out_(h.squeeze(2)).unflatten(1, {x.size(2), x.size(3)}).permute({0, 3, 1, 2});
}

VaeMiddle::VaeMiddle(WeightScope scope, const VaeConfig& config)
    : resnet_in_(scope / "resnets" / 0, VaeResnet(config, config.block_out_channels.back(),
                                                  config.block_out_channels.back())),
      resnet_out_(scope / "resnets" / 1, VaeResnet(config, config.block_out_channels.back(),
                                                   config.block_out_channels.back())) {
  if (config.mid_block_add_attention) {
    attention_.emplace(scope / "attentions" / 0, config.block_out_channels.back(),
                       config.norm_num_groups);
  }
}

at::Tensor VaeMiddle::operator()(const at::Tensor& x) const {
  at::Tensor h = resnet_in_(x);
  if (attention_) h = (*attention_)(h);
  return resnet_out_(h);
}

}  // namespace kolors
