// Is this folder a Kolors model, and is it whole? Answered without a device and without reading weights.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "core/io/model_layout.h"

namespace kolors {

struct ModelReport {
  ModelLayout layout = ModelLayout::kDiffusers;
  int64_t text_encoder_parameters = 0;  // without the output head
  int64_t unet_parameters = 0;
  int64_t vae_parameters = 0;
  int default_size = 0;  // pixels
  std::string default_sampler;
  bool vae_overflows_fp16 = false;  // force_upcast: fp16 servers decode with another dtype
  std::string digest;
};

// Everything that starting a server would check: parts, configurations, every tensor's name and shape.
// The status says what is wrong and where, as the server would.
absl::StatusOr<ModelReport> VerifyModel(const std::string& model_dir, const std::string& vae_dir);

}  // namespace kolors
