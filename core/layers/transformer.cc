#include "core/layers/transformer.h"

#include <ATen/ATen.h>

#include "core/ops/attention.h"
#include "core/ops/gated.h"

namespace kolors {

MultiHeadAttention::MultiHeadAttention(WeightScope scope, int64_t width, int64_t context_width,
                                       int64_t heads)
    : heads_(heads),
      to_q_(scope / "to_q", width, width, /*bias=*/false),
      to_k_(scope / "to_k", context_width, width, /*bias=*/false),
      to_v_(scope / "to_v", context_width, width, /*bias=*/false),
      to_out_(scope / "to_out" / 0, width, width) {}

KeyValue MultiHeadAttention::Project(const at::Tensor& context) const {
  return {SplitHeads(to_k_(context)), SplitHeads(to_v_(context))};
}

at::Tensor MultiHeadAttention::operator()(const at::Tensor& x, const KeyValue& key_value) const {
  return to_out_(ops::Attention(SplitHeads(to_q_(x)), key_value.key, key_value.value).flatten(-2));
}

TransformerBlock::TransformerBlock(WeightScope scope, int64_t width, int64_t context_width,
                                   int64_t heads)
    : norm1_(scope / "norm1", width),
      norm2_(scope / "norm2", width),
      norm3_(scope / "norm3", width),
      self_attention_(scope / "attn1", width, width, heads),
      cross_attention_(scope / "attn2", width, context_width, heads),
      feed_forward_in_(scope / "ff" / "net" / 0 / "proj", width, 8 * width),  // GEGLU: 2 x 4
      feed_forward_out_(scope / "ff" / "net" / 2, 4 * width, width) {}

at::Tensor TransformerBlock::operator()(const at::Tensor& x, const KeyValue& context) const {
  at::Tensor h = norm1_(x);
  h = x + self_attention_(h, self_attention_.Project(h));
  h = h + cross_attention_(norm2_(h), context);
  return h + feed_forward_out_(ops::GeGlu(feed_forward_in_(norm3_(h))));
}

SpatialTransformer::SpatialTransformer(WeightScope scope, const Config& config)
    : norm_(scope / "norm", config.norm_groups, config.channels, /*eps=*/1e-6),
      proj_in_(scope / "proj_in", config.channels, config.channels),
      proj_out_(scope / "proj_out", config.channels, config.channels) {
  for (int64_t i = 0; i < config.layers; ++i) {
    blocks_.emplace_back(scope / "transformer_blocks" / i, config.channels, config.context_width,
                         config.heads);
  }
}

void SpatialTransformer::ProjectContext(const at::Tensor& context,
                                        std::vector<KeyValue>& out) const {
  for (const TransformerBlock& block : blocks_) out.push_back(block.ProjectContext(context));
}

at::Tensor SpatialTransformer::operator()(const at::Tensor& x,
                                          std::span<const KeyValue> context) const {
  // A channels-last picture is already a list of pixels: permute and flatten copy nothing.
  at::Tensor h = proj_in_(norm_(x).permute({0, 2, 3, 1}).flatten(1, 2));
  for (size_t i = 0; i < blocks_.size(); ++i) h = blocks_[i](h, context[i]);
  return x + proj_out_(h).unflatten(1, {x.size(2), x.size(3)}).permute({0, 3, 1, 2});
}

}  // namespace kolors
