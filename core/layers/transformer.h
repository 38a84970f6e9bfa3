// The UNet's spatial transformer. diffusers: models/transformers/transformer_2d.py and
// models/attention.py (BasicTransformerBlock, GEGLU), with use_linear_projection.
#pragma once

#include <ATen/core/Tensor.h>

#include <span>
#include <vector>

#include "core/layers/linear.h"
#include "core/layers/norm.h"

namespace kolors {

// Keys and values of the text for one attention: they do not change over an image's denoising
// steps, so they are computed once. Each [N, L, heads, D].
struct KeyValue {
  at::Tensor key;
  at::Tensor value;
};

class MultiHeadAttention {
 public:
  // context_width: of what keys and values are made from; equals width for self-attention.
  MultiHeadAttention(WeightScope scope, int64_t width, int64_t context_width, int64_t heads);

  KeyValue Project(const at::Tensor& context) const;  // [N, L, context_width]
  at::Tensor operator()(const at::Tensor& x,
                        const KeyValue& key_value) const;  // [N, L, width], same

 private:
  at::Tensor SplitHeads(const at::Tensor& x) const { return x.unflatten(-1, {heads_, -1}); }

  int64_t heads_;
  Linear to_q_, to_k_, to_v_, to_out_;
};

class TransformerBlock {
 public:
  TransformerBlock(WeightScope scope, int64_t width, int64_t context_width, int64_t heads);

  KeyValue ProjectContext(const at::Tensor& context) const {
    return cross_attention_.Project(context);
  }
  at::Tensor operator()(const at::Tensor& x, const KeyValue& context) const;  // [N, L, width], same

 private:
  LayerNorm norm1_, norm2_, norm3_;
  MultiHeadAttention self_attention_, cross_attention_;
  Linear feed_forward_in_, feed_forward_out_;
};

class SpatialTransformer {
 public:
  struct Config {
    int64_t channels;
    int64_t context_width;
    int64_t heads;
    int64_t layers;
    int64_t norm_groups;
  };
  SpatialTransformer(WeightScope scope, const Config& config);

  size_t layers() const { return blocks_.size(); }
  // Appends one KeyValue a layer. context: [N, L, context_width].
  void ProjectContext(const at::Tensor& context, std::vector<KeyValue>& out) const;
  // x: [N, C, H, W], same. context: what ProjectContext appended for this transformer.
  at::Tensor operator()(const at::Tensor& x, std::span<const KeyValue> context) const;

 private:
  GroupNorm norm_;
  Linear proj_in_;
  std::vector<TransformerBlock> blocks_;
  Linear proj_out_;
};

}  // namespace kolors
