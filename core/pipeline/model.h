// A Kolors model as it lies on a device: every part built from its own config.json.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/io/model_folder.h"
#include "core/models/chatglm3/chatglm3.h"
#include "core/models/unet/unet.h"
#include "core/models/vae/decoder.h"
#include "core/models/vae/encoder.h"
#include "core/sampling/noise_schedule.h"
#include "core/sampling/sampler_kind.h"
#include "core/text/chatglm_tokenizer.h"

namespace kolors {

struct ModelPrecision {
  at::ScalarType network = at::kFloat;  // text encoder and UNet
  at::ScalarType vae = at::kFloat;
};

// Tokens a prompt is cut and padded to. diffusers: pipelines/kolors, max_sequence_length.
inline constexpr int kMaxPromptTokens = 256;

// Immutable once loaded.
struct Model {
  ModelFolder folder;
  std::string digest;  // SHA-256 of configurations and of every tensor's name, shape and sampled bytes
  at::Device device{at::kCPU};
  ModelPrecision precision;

  std::unique_ptr<ChatGlmTokenizer> tokenizer;
  std::unique_ptr<ChatGlm3> text_encoder;
  std::unique_ptr<UNet> unet;
  std::unique_ptr<VaeDecoder> vae_decoder;
  std::unique_ptr<VaeEncoder> vae_encoder;
  std::unique_ptr<NoiseSchedule> schedule;
  VaeConfig vae_config;
  SamplerKind default_sampler = SamplerKind::kEuler;
  // An absent negative prompt is zeros instead of the empty text.
  bool force_zeros_for_empty_prompt = true;

  int64_t text_encoder_parameters = 0;
  int64_t unet_parameters = 0;
  int64_t vae_parameters = 0;

  int default_size() const {
    return static_cast<int>(unet->config().sample_size * vae_config.downscale());
  }
};

struct LoadModelOptions {
  std::filesystem::path model_dir;
  std::filesystem::path vae_dir;  // empty: the model's own
  at::Device device{at::kCPU};    // meta: check everything, read no tensor
  at::ScalarType dtype = at::kFloat;
  // Called with the part that is about to be loaded, for logs.
  std::function<void(const std::string& part)> on_part = [](const std::string&) {};
};

// NOT_FOUND (files), INVALID_ARGUMENT (malformed files), FAILED_PRECONDITION (parts that do not fit
// each other, tensors that do not fit the configuration): each names file and tensor.
absl::StatusOr<std::unique_ptr<Model>> LoadModel(const LoadModelOptions& options);

}  // namespace kolors
