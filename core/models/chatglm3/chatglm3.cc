#include "core/models/chatglm3/chatglm3.h"

#include <ATen/ATen.h>

#include "core/ops/attention.h"
#include "core/ops/gated.h"
#include "core/ops/rotary.h"

namespace kolors {

class ChatGlm3::Layer {
 public:
  Layer(const ChatGlm3Config& config, WeightScope scope)
      : config_(config),
        input_norm_(scope / "input_layernorm", config.hidden_size, config.layernorm_epsilon),
        query_key_value_(
            scope / "self_attention" / "query_key_value", config.hidden_size,
            (config.num_attention_heads + 2 * config.multi_query_group_num) * config.kv_channels,
            config.add_qkv_bias || config.add_bias_linear),
        dense_(scope / "self_attention" / "dense", config.num_attention_heads * config.kv_channels,
               config.hidden_size, config.add_bias_linear),
        post_attention_norm_(scope / "post_attention_layernorm", config.hidden_size,
                             config.layernorm_epsilon),
        mlp_in_(scope / "mlp" / "dense_h_to_4h", config.hidden_size, 2 * config.ffn_hidden_size,
                config.add_bias_linear),
        mlp_out_(scope / "mlp" / "dense_4h_to_h", config.ffn_hidden_size, config.hidden_size,
                 config.add_bias_linear) {}

  // x: [N, L, hidden] -> [N, rows, hidden], the last `rows` of the L.
  at::Tensor operator()(const at::Tensor& x, const at::Tensor& mask, const at::Tensor& rotary,
                        int64_t rows) const {
    at::Tensor h = Last(x, rows) + Attend(input_norm_(x), mask, rotary, rows);
    return h + mlp_out_(ops::SwiGlu(mlp_in_(post_attention_norm_(h))));
  }

 private:
  static at::Tensor Last(const at::Tensor& x, int64_t rows) {
    return x.narrow(1, x.size(1) - rows, rows);
  }

  at::Tensor Attend(const at::Tensor& x, const at::Tensor& mask, const at::Tensor& rotary,
                    int64_t rows) const {
    const int64_t heads = config_.num_attention_heads, groups = config_.multi_query_group_num;
    at::Tensor all = query_key_value_(x).unflatten(-1, {heads + 2 * groups, config_.kv_channels});
    auto qkv = all.split_with_sizes({heads, groups, groups}, 2);
    at::Tensor q = ops::RotateInterleaved(Last(qkv[0], rows), Last(rotary, rows));
    at::Tensor k = ops::RotateInterleaved(qkv[1], rotary);
    at::Tensor seen = mask.narrow(2, mask.size(2) - rows, rows);
    return dense_(ops::Attention(q, k, qkv[2], seen).flatten(-2));
  }

  const ChatGlm3Config config_;
  RmsNorm input_norm_;
  Linear query_key_value_;
  Linear dense_;
  RmsNorm post_attention_norm_;
  Linear mlp_in_, mlp_out_;
};

ChatGlm3::ChatGlm3(const ChatGlm3Config& config, WeightScope scope)
    : config_(config),
      word_embeddings_((scope / "embedding" / "word_embeddings")
                           .Load("weight", {config.padded_vocab_size, config.hidden_size})) {
  for (int64_t i = 0; i < config.num_layers; ++i) {
    layers_.emplace_back(config, scope / "encoder" / "layers" / i);
  }
}

ChatGlm3::~ChatGlm3() = default;

TextEncoding ChatGlm3::operator()(const at::Tensor& input_ids, const at::Tensor& attention_mask,
                                  const at::Tensor& position_ids) const {
  at::Tensor mask = ChatGlm3AttentionMask(attention_mask);
  // Rotary embedding turns the first half of every head.
  at::Tensor rotary = ops::RotaryTable(position_ids, config_.kv_channels / 2);
  at::Tensor x = at::embedding(word_embeddings_, input_ids);
  const int64_t length = x.size(1);
  for (size_t i = 0; i + 1 < layers_.size(); ++i) x = layers_[i](x, mask, rotary, length);
  // Of the last layer's output only the last token is wanted.
  return {.prompt_embeds = x, .pooled = layers_.back()(x, mask, rotary, 1).squeeze(1)};
}

at::Tensor ChatGlm3AttentionMask(const at::Tensor& attention_mask) {
  const int64_t length = attention_mask.size(1);
  at::Tensor token = attention_mask.to(at::kBool);
  at::Tensor causal = at::ones({length, length}, token.options()).tril();
  at::Tensor seen = causal.unsqueeze(0).logical_and(token.unsqueeze(1));
  return seen.logical_or(token.logical_not().unsqueeze(2)).unsqueeze(1);
}

}  // namespace kolors
