// Shape of a ChatGLM3 text encoder, as its config.json tells it.
#pragma once

#include <cstdint>
#include <filesystem>

#include "absl/status/statusor.h"

namespace kolors {

// THUDM/chatglm3-6b: configuration_chatglm.py. Numbers below are Kolors'.
struct ChatGlm3Config {
  int64_t num_layers = 28;
  int64_t hidden_size = 4096;
  int64_t ffn_hidden_size = 13696;
  int64_t kv_channels = 128;  // width of a head
  int64_t num_attention_heads = 32;
  int64_t multi_query_group_num = 2;  // key/value heads
  int64_t padded_vocab_size = 65024;
  double layernorm_epsilon = 1e-5;
  bool add_bias_linear = false;
  bool add_qkv_bias = true;
};

// Reads and checks FOLDER/config.json. INVALID_ARGUMENT names the key that is missing, malformed or
// asks for an architecture that is not ChatGLM3's.
absl::StatusOr<ChatGlm3Config> ReadChatGlm3Config(const std::filesystem::path& folder);

}  // namespace kolors
