#include "core/pipeline/model.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/status_macros.h"
#include "core/io/json_file.h"
#include "core/io/sha256.h"
#include "core/io/weights.h"
#include "core/layers/weight_loader.h"

namespace kolors {

namespace {

constexpr std::array<std::string_view, 2> kTextEncoderStems = {"model", "pytorch_model"};
constexpr std::array<std::string_view, 1> kDiffusersStems = {"diffusion_pytorch_model"};

void AddText(Sha256& digest, const std::string& text) { digest.Update(std::as_bytes(std::span(text))); }

// Enough of every tensor to tell any two real models apart, without reading 18 GB.
void AddToDigest(Sha256& digest, const WeightSet& weights) {
  constexpr size_t kSample = 1024;
  for (const auto& [name, entry] : weights.tensors()) {
    AddText(digest, absl::StrCat(name, " ", std::string(DTypeName(entry.dtype)), " ",
                                 absl::StrJoin(entry.shape, ","), "\n"));
    const size_t sample = std::min(kSample, entry.data.size());
    digest.Update(entry.data.first(sample));
    digest.Update(entry.data.last(sample));
  }
}

// One part of a model being built: its weights, its loader, its share of the digest.
template <typename Build>
absl::StatusOr<int64_t> LoadPart(const std::filesystem::path& folder, std::span<const std::string_view> stems,
                                 at::TensorOptions options, Sha256& digest, Build&& build) {
  ASSIGN_OR_RETURN(nlohmann::json config, ReadJsonFile(folder / "config.json"));
  ASSIGN_OR_RETURN(WeightSet weights, WeightSet::Open(folder, stems));
  // Published text encoders name their tensors with and without "transformer.".
  WeightLoader loader(weights, options, "transformer.");
  build(loader);
  RETURN_IF_ERROR(loader.Finish());
  AddText(digest, config.dump());
  AddToDigest(digest, weights);
  return loader.parameters();
}

SamplerKind SamplerFromConfig(const JsonObject& json) {
  const std::string name = json.StringOr("_class_name", "EulerDiscreteScheduler");
  const bool karras = json.BoolOr("use_karras_sigmas", false);
  if (name == "EulerAncestralDiscreteScheduler") return SamplerKind::kEulerAncestral;
  if (name == "DDIMScheduler") return SamplerKind::kDdim;
  if (name == "UniPCMultistepScheduler") return SamplerKind::kUniPc;
  if (name == "DPMSolverMultistepScheduler") {
    if (json.StringOr("algorithm_type", "dpmsolver++") == "sde-dpmsolver++") {
      return karras ? SamplerKind::kDpmpp2mSdeKarras : SamplerKind::kDpmpp2mSde;
    }
    return karras ? SamplerKind::kDpmpp2mKarras : SamplerKind::kDpmpp2m;
  }
  return SamplerKind::kEuler;
}

absl::Status LoadSmallParts(Model& model) {
  ASSIGN_OR_RETURN(model.tokenizer, ChatGlmTokenizer::Load(model.folder.tokenizer_model));
  ASSIGN_OR_RETURN(JsonObject scheduler, JsonObject::Open(model.folder.scheduler_config));
  model.default_sampler = SamplerFromConfig(scheduler);
  RETURN_IF_ERROR(scheduler.status());
  ASSIGN_OR_RETURN(NoiseScheduleConfig schedule, ParseNoiseScheduleConfig(scheduler.json()));
  model.schedule = std::make_unique<NoiseSchedule>(schedule);
  if (std::filesystem::exists(model.folder.model_index)) {
    ASSIGN_OR_RETURN(JsonObject index, JsonObject::Open(model.folder.model_index));
    // diffusers' KolorsPipeline takes False where the file does not say.
    model.force_zeros_for_empty_prompt = index.BoolOr("force_zeros_for_empty_prompt", false);
    RETURN_IF_ERROR(index.status());
  } else {
    model.force_zeros_for_empty_prompt = false;
  }
  return absl::OkStatus();
}

absl::Status CheckFit(const Model& model, const ChatGlm3Config& text, const UNetConfig& unet) {
  auto misfit = [&](const std::string& what) {
    return absl::FailedPreconditionError(absl::StrCat("The parts of ", model.folder.root.string(),
                                                      " do not fit each other: ", what, "."));
  };
  if (unet.encoder_hid_dim != text.hidden_size) {
    return misfit(absl::StrCat("the UNet's encoder_hid_dim is ", unet.encoder_hid_dim,
                               " and the text encoder's hidden_size ", text.hidden_size));
  }
  if (unet.in_channels != model.vae_config.latent_channels || unet.out_channels != unet.in_channels) {
    return misfit(absl::StrCat("the UNet has ", unet.in_channels, " channels in and ", unet.out_channels,
                               " out, the VAE ", model.vae_config.latent_channels));
  }
  if (model.tokenizer->vocab_size() > text.padded_vocab_size) {
    return misfit(absl::StrCat("the tokenizer knows ", model.tokenizer->vocab_size(),
                               " tokens and the text encoder ", text.padded_vocab_size));
  }
  return absl::OkStatus();
}

// fp16 cannot hold the activations of a VAE that says so; bf16 can, and is as fast.
at::ScalarType VaeDtype(at::ScalarType dtype, const VaeConfig& config) {
  return dtype == at::kHalf && config.force_upcast ? at::kBFloat16 : dtype;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Model>> LoadModel(const LoadModelOptions& options) {
  auto model = std::make_unique<Model>();
  ASSIGN_OR_RETURN(model->folder, OpenModelFolder(options.model_dir, options.vae_dir));
  model->device = options.device;
  RETURN_IF_ERROR(LoadSmallParts(*model));
  ASSIGN_OR_RETURN(ChatGlm3Config text, ReadChatGlm3Config(model->folder.text_encoder));
  ASSIGN_OR_RETURN(UNetConfig unet, ReadUNetConfig(model->folder.unet));
  ASSIGN_OR_RETURN(model->vae_config, ReadVaeConfig(model->folder.vae));
  RETURN_IF_ERROR(CheckFit(*model, text, unet));
  model->precision = {.network = options.dtype, .vae = VaeDtype(options.dtype, model->vae_config)};

  Sha256 digest;
  auto on_device = [&](at::ScalarType dtype) { return at::TensorOptions(options.device).dtype(dtype); };
  options.on_part("text_encoder");
  ASSIGN_OR_RETURN(model->text_encoder_parameters,
                   LoadPart(model->folder.text_encoder, kTextEncoderStems, on_device(options.dtype), digest,
                            [&](WeightLoader& loader) {
                              loader.Ignore("output_layer.");
                              loader.Ignore("encoder.final_layernorm.");
                              loader.Ignore("rotary_pos_emb.");
                              model->text_encoder = std::make_unique<ChatGlm3>(text, WeightScope(loader));
                            }));
  options.on_part("unet");
  ASSIGN_OR_RETURN(
      model->unet_parameters,
      LoadPart(model->folder.unet, kDiffusersStems, on_device(options.dtype), digest,
               [&](WeightLoader& loader) { model->unet = std::make_unique<UNet>(unet, WeightScope(loader)); }));
  options.on_part("vae");
  ASSIGN_OR_RETURN(model->vae_parameters,
                   LoadPart(model->folder.vae, kDiffusersStems, on_device(model->precision.vae), digest,
                            [&](WeightLoader& loader) {
                              model->vae_encoder = std::make_unique<VaeEncoder>(model->vae_config, WeightScope(loader));
                              model->vae_decoder = std::make_unique<VaeDecoder>(model->vae_config, WeightScope(loader));
                            }));
  model->digest = digest.HexDigest();
  return model;
}

}  // namespace kolors
