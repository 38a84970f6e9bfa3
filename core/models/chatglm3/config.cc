#include "core/models/chatglm3/config.h"

#include "core/base/status_macros.h"
#include "core/io/json_file.h"

namespace kolors {

absl::StatusOr<ChatGlm3Config> ReadChatGlm3Config(const std::filesystem::path& folder) {
  constexpr IntRange kSize = {.min = 1, .max = 1 << 20};
  ASSIGN_OR_RETURN(JsonObject json, JsonObject::Open(folder / "config.json"));
  ChatGlm3Config config;
  config.num_layers = json.Int("num_layers", {.min = 2, .max = 1024});
  config.hidden_size = json.Int("hidden_size", kSize);
  config.ffn_hidden_size = json.Int("ffn_hidden_size", kSize);
  config.kv_channels = json.Int("kv_channels", kSize);
  config.num_attention_heads = json.Int("num_attention_heads", kSize);
  config.padded_vocab_size = json.Int("padded_vocab_size", kSize);
  config.layernorm_epsilon = json.DoubleOr("layernorm_epsilon", 1e-5);
  config.add_bias_linear = json.BoolOr("add_bias_linear", true);
  config.add_qkv_bias = json.BoolOr("add_qkv_bias", false);
  // Without grouping every head has keys and values of its own, in another order than ours.
  if (!json.BoolOr("multi_query_attention", false))
    json.Fail("multi_query_attention", "must be true");
  config.multi_query_group_num = json.Int("multi_query_group_num", kSize);
  if (!json.BoolOr("rmsnorm", true)) json.Fail("rmsnorm", "must be true");
  if (json.BoolOr("apply_residual_connection_post_layernorm", false)) {
    json.Fail("apply_residual_connection_post_layernorm", "must be false");
  }
  if (json.Has("pre_seq_len"))
    json.Fail("pre_seq_len", "must be null: prefix tuning is not supported");
  RETURN_IF_ERROR(json.status());

  if (config.num_attention_heads % config.multi_query_group_num != 0) {
    json.Fail("multi_query_group_num", "must divide num_attention_heads");
  }
  if (config.kv_channels % 4 != 0) json.Fail("kv_channels", "must be a multiple of 4");
  RETURN_IF_ERROR(json.status());
  return config;
}

}  // namespace kolors
