#include "core/models/unet/config.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/io/json_file.h"

namespace kolors {

namespace {

constexpr IntRange kSize = {.min = 1, .max = 1 << 16};
constexpr IntRange kCount = {.min = 1, .max = 256};

void ExpectString(const JsonObject& json, std::string_view key, const std::string& expected) {
  std::string value = json.StringOr(key, expected);
  if (value != expected)
    json.Fail(key, absl::StrCat("must be ", expected, " for Kolors, is ", value));
}

std::vector<UNetConfig::Stage> ReadStages(const JsonObject& json) {
  std::vector<int64_t> channels = json.Ints("block_out_channels", kSize);
  std::vector<std::string> down = json.Strings("down_block_types");
  std::vector<std::string> up = json.Strings("up_block_types");
  const size_t count = channels.size();
  if (down.size() != count || up.size() != count) {
    json.Fail("down_block_types",
              "and up_block_types must have one entry for each of block_out_channels");
    return {};
  }
  // diffusers calls the number of heads attention_head_dim; num_attention_heads wins where given.
  std::vector<int64_t> heads = json.Has("num_attention_heads")
                                   ? json.IntForEach("num_attention_heads", count, kCount)
                                   : json.IntForEach("attention_head_dim", count, kCount);
  std::vector<int64_t> layers = json.IntForEachOr("transformer_layers_per_block", count, 1, kCount);
  std::vector<int64_t> resnets = json.IntForEachOr("layers_per_block", count, 2, kCount);

  std::vector<UNetConfig::Stage> stages;
  for (size_t i = 0; i < count && json.status().ok(); ++i) {
    const bool attends = down[i] == "CrossAttnDownBlock2D";
    const std::string& mirror = up[count - 1 - i];
    if (!attends && down[i] != "DownBlock2D") {
      json.Fail("down_block_types",
                absl::StrCat("may hold DownBlock2D and CrossAttnDownBlock2D, not ", down[i]));
    }
    if (mirror != (attends ? "CrossAttnUpBlock2D" : "UpBlock2D")) {
      json.Fail("up_block_types", "must mirror down_block_types");
    }
    if (channels[i] % heads[i] != 0) {
      json.Fail("attention_head_dim",
                "holds the number of heads and must divide block_out_channels");
    }
    stages.push_back({.channels = channels[i],
                      .heads = heads[i],
                      .transformer_layers = attends ? layers[i] : 0,
                      .resnets = resnets[i]});
  }
  return stages;
}

}  // namespace

absl::StatusOr<UNetConfig> ReadUNetConfig(const std::filesystem::path& folder) {
  ASSIGN_OR_RETURN(JsonObject json, JsonObject::Open(folder / "config.json"));
  UNetConfig config;
  config.in_channels = json.IntOr("in_channels", 4, kSize);
  config.out_channels = json.IntOr("out_channels", 4, kSize);
  config.sample_size = json.IntOr("sample_size", 128, kSize);
  config.stages = ReadStages(json);
  config.cross_attention_dim = json.Int("cross_attention_dim", kSize);
  config.encoder_hid_dim = json.Int("encoder_hid_dim", kSize);
  config.addition_time_embed_dim = json.Int("addition_time_embed_dim", kSize);
  config.projection_class_embeddings_input_dim =
      json.Int("projection_class_embeddings_input_dim", kSize);
  config.norm_num_groups = json.IntOr("norm_num_groups", 32, kSize);
  config.norm_eps = json.DoubleOr("norm_eps", 1e-5);
  ExpectString(json, "act_fn", "silu");
  ExpectString(json, "addition_embed_type", "text_time");
  ExpectString(json, "encoder_hid_dim_type", "text_proj");
  ExpectString(json, "mid_block_type", "UNetMidBlock2DCrossAttn");
  ExpectString(json, "resnet_time_scale_shift", "default");
  if (!json.BoolOr("use_linear_projection", false)) {
    json.Fail("use_linear_projection", "must be true for Kolors");
  }
  RETURN_IF_ERROR(json.status());

  if (config.stages.empty()) json.Fail("block_out_channels", "must not be empty");
  for (const UNetConfig::Stage& stage : config.stages) {
    if (stage.channels % config.norm_num_groups != 0) {
      json.Fail("norm_num_groups", "must divide every one of block_out_channels");
    }
  }
  if (config.pooled_dim() != config.encoder_hid_dim) {
    json.Fail("projection_class_embeddings_input_dim",
              "must be encoder_hid_dim + 6 * addition_time_embed_dim");
  }
  if (config.addition_time_embed_dim % 2 != 0) json.Fail("addition_time_embed_dim", "must be even");
  RETURN_IF_ERROR(json.status());
  config.mid_heads = config.stages.back().heads;
  config.mid_transformer_layers =
      json.IntForEachOr("transformer_layers_per_block", config.stages.size(), 1, kCount).back();
  return config;
}

}  // namespace kolors
