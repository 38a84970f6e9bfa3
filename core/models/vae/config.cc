#include "core/models/vae/config.h"

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/io/json_file.h"

namespace kolors {

namespace {

void ExpectBlocks(const JsonObject& json, std::string_view key, const std::string& expected,
                  size_t count) {
  std::vector<std::string> blocks = json.Strings(key);
  if (blocks.size() != count) json.Fail(key, "must have one entry for each of block_out_channels");
  for (const std::string& block : blocks) {
    if (block != expected)
      json.Fail(key, absl::StrCat("may hold ", expected, " only, not ", block));
  }
}

std::vector<double> DoublesIfAny(const JsonObject& json, std::string_view key) {
  return json.Has(key) ? json.Doubles(key) : std::vector<double>{};
}

}  // namespace

absl::StatusOr<VaeConfig> ReadVaeConfig(const std::filesystem::path& folder) {
  constexpr IntRange kSize = {.min = 1, .max = 1 << 16};
  ASSIGN_OR_RETURN(JsonObject json, JsonObject::Open(folder / "config.json"));
  VaeConfig config;
  config.in_channels = json.IntOr("in_channels", 3, {.min = 3, .max = 3});
  config.out_channels = json.IntOr("out_channels", 3, {.min = 3, .max = 3});
  config.latent_channels = json.IntOr("latent_channels", 4, {.min = 1, .max = 64});
  config.block_out_channels = json.Ints("block_out_channels", kSize);
  config.layers_per_block = json.IntOr("layers_per_block", 1, {.min = 1, .max = 64});
  config.norm_num_groups = json.IntOr("norm_num_groups", 32, kSize);
  config.use_quant_conv = json.BoolOr("use_quant_conv", true);
  config.use_post_quant_conv = json.BoolOr("use_post_quant_conv", true);
  config.mid_block_add_attention = json.BoolOr("mid_block_add_attention", true);
  config.scaling_factor = json.DoubleOr("scaling_factor", 0.18215);
  config.latents_mean = DoublesIfAny(json, "latents_mean");
  config.latents_std = DoublesIfAny(json, "latents_std");
  config.force_upcast = json.BoolOr("force_upcast", true);
  ExpectBlocks(json, "down_block_types", "DownEncoderBlock2D", config.block_out_channels.size());
  ExpectBlocks(json, "up_block_types", "UpDecoderBlock2D", config.block_out_channels.size());
  if (config.block_out_channels.empty()) json.Fail("block_out_channels", "must not be empty");
  if (!(config.scaling_factor > 0)) json.Fail("scaling_factor", "must be above 0");
  for (int64_t channels : config.block_out_channels) {
    if (config.norm_num_groups > 0 && channels % config.norm_num_groups != 0) {
      json.Fail("norm_num_groups", "must divide every one of block_out_channels");
    }
  }
  const size_t wanted = config.latents_mean.empty() ? 0 : config.latent_channels;
  if (config.latents_mean.size() != wanted || config.latents_std.size() != wanted) {
    json.Fail("latents_mean",
              "and latents_std must both have latent_channels numbers, or be absent");
  }
  RETURN_IF_ERROR(json.status());
  return config;
}

}  // namespace kolors
