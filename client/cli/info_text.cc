#include "client/cli/info_text.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace kolors::cli {

namespace {

class Table {
 public:
  void Row(absl::string_view name, absl::string_view value) {
    if (!value.empty()) absl::StrAppendFormat(&text_, "%-14s%s\n", name, value);
  }
  void Gap() { text_ += "\n"; }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

void AddModel(const client::ModelInfo& model, Table& table) {
  table.Row("model", absl::StrCat(model.name, "  (", model.layout, " layout, ", model.precision,
                                  ")"));
  table.Row("parameters", absl::StrCat("text encoder ", FormatCount(model.text_encoder_parameters),
                                       ", UNet ", FormatCount(model.unet_parameters), ", VAE ",
                                       FormatCount(model.vae_parameters)));
  table.Row("digest", model.digest);
  table.Row("default size", absl::StrCat(model.default_size, " x ", model.default_size));
  table.Row("prompt", absl::StrCat("up to ", model.max_prompt_tokens, " tokens"));
}

void AddDevice(const client::DeviceInfo& device, Table& table) {
  table.Row("device", absl::StrCat(device.id, device.name.empty() ? "" : "  " + device.name,
                                   device.compute_capability.empty()
                                       ? ""
                                       : "  (compute " + device.compute_capability + ")"));
  table.Row("memory", absl::StrCat(FormatBytes(device.memory_used_bytes), " used of ",
                                   FormatBytes(device.memory_total_bytes)));
}

void AddLimits(const client::ServerLimits& limits, Table& table) {
  table.Row("sizes", absl::StrCat(limits.min_size, " to ", limits.max_size, ", multiples of ",
                                  limits.size_multiple));
  table.Row("steps", absl::StrCat("up to ", limits.max_num_inference_steps));
  table.Row("images", absl::StrCat("up to ", limits.max_num_images, " a request"));
  table.Row("adapters", absl::StrCat("up to ", limits.max_adapters, " a request"));
  table.Row("queue", absl::StrCat("up to ", limits.max_queued_requests, " requests"));
}

// The default one is marked with a star.
std::string JoinSamplers(const client::ServerInfo& info) {
  return absl::StrJoin(info.samplers, ", ", [&](std::string* out, const std::string& name) {
    absl::StrAppend(out, name, info.model && info.model->default_sampler == name ? "*" : "");
  });
}

}  // namespace

std::string FormatCount(int64_t count) {
  if (count >= 1'000'000'000) return absl::StrFormat("%.2f B", count / 1e9);
  if (count >= 1'000'000) return absl::StrFormat("%.1f M", count / 1e6);
  if (count >= 10'000) return absl::StrFormat("%.0f k", count / 1e3);
  return absl::StrCat(count);
}

std::string FormatBytes(int64_t bytes) {
  constexpr double kMebi = 1024.0 * 1024;
  constexpr double kGibi = kMebi * 1024;
  if (static_cast<double>(bytes) >= kGibi) {
    return absl::StrFormat("%.1f GiB", static_cast<double>(bytes) / kGibi);
  }
  return absl::StrFormat("%.0f MiB", static_cast<double>(bytes) / kMebi);
}

std::string InfoToText(const client::ServerInfo& info, const std::string& server) {
  Table table;
  table.Row("server", absl::StrCat(server, "  ", info.state));
  table.Row("version", absl::StrCat("kolorsd ", info.version,
                                    info.build_commit.empty() ? "" : "  (" + info.build_commit + ")"));
  table.Gap();
  if (info.model) AddModel(*info.model, table);
  AddDevice(info.device, table);
  table.Gap();
  AddLimits(info.limits, table);
  table.Gap();
  table.Row("samplers", JoinSamplers(info));
  table.Row("formats", absl::StrJoin(info.image_formats, ", "));
  return table.Take();
}

nlohmann::json InfoToJson(const client::ServerInfo& info) {
  nlohmann::json json = {
      {"version", info.version},
      {"build_commit", info.build_commit},
      {"state", info.state},
      {"device",
       {{"id", info.device.id},
        {"name", info.device.name},
        {"compute_capability", info.device.compute_capability},
        {"memory_total_bytes", info.device.memory_total_bytes},
        {"memory_used_bytes", info.device.memory_used_bytes}}},
      {"limits",
       {{"min_size", info.limits.min_size},
        {"max_size", info.limits.max_size},
        {"size_multiple", info.limits.size_multiple},
        {"max_num_inference_steps", info.limits.max_num_inference_steps},
        {"max_num_images", info.limits.max_num_images},
        {"max_prompt_bytes", info.limits.max_prompt_bytes},
        {"max_adapters", info.limits.max_adapters},
        {"max_queued_requests", info.limits.max_queued_requests}}},
      {"samplers", info.samplers},
      {"image_formats", info.image_formats}};
  if (info.model) {
    json["model"] = {{"name", info.model->name},
                     {"layout", info.model->layout},
                     {"precision", info.model->precision},
                     {"text_encoder_parameters", info.model->text_encoder_parameters},
                     {"unet_parameters", info.model->unet_parameters},
                     {"vae_parameters", info.model->vae_parameters},
                     {"digest", info.model->digest},
                     {"default_size", info.model->default_size},
                     {"default_sampler", info.model->default_sampler},
                     {"max_prompt_tokens", info.model->max_prompt_tokens}};
  }
  return json;
}

}  // namespace kolors::cli
