// ChatGLM3 as Kolors' text encoder: prompts to hidden states, no generation.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "core/layers/linear.h"
#include "core/layers/norm.h"
#include "core/models/chatglm3/config.h"

namespace kolors {

struct TextEncoding {
  at::Tensor prompt_embeds;  // [N, L, hidden_size]: what enters the last layer (hidden_states[-2])
  at::Tensor pooled;         // [N, hidden_size]: the last layer's last token, before the final norm
};

// Immutable after construction; calls may come from several threads on a CPU.
class ChatGlm3 {
 public:
  ChatGlm3(const ChatGlm3Config& config, WeightScope scope);
  ~ChatGlm3();

  const ChatGlm3Config& config() const { return config_; }

  // input_ids, attention_mask, position_ids: [N, L] int64, padded on the left (mask 0). Padding
  // rows are computed like the rest: the UNet looks at all L of them.
  TextEncoding operator()(const at::Tensor& input_ids, const at::Tensor& attention_mask,
                          const at::Tensor& position_ids) const;

 private:
  class Layer;

  ChatGlm3Config config_;
  at::Tensor word_embeddings_;
  std::vector<Layer> layers_;
};

// ChatGLM's own mask: [N, 1, L, L], true where row may look at column. Rows of tokens see tokens up
// to themselves; rows of padding see everything, later tokens and padding included. attention_mask:
// [N, L], 1 on tokens.
at::Tensor ChatGlm3AttentionMask(const at::Tensor& attention_mask);

}  // namespace kolors
