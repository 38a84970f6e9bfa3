// Shape of an SDXL-class VAE, as its config.json tells it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "absl/status/statusor.h"

namespace kolors {

// diffusers: models/autoencoders/autoencoder_kl.py. Numbers below are SDXL's.
struct VaeConfig {
  int64_t in_channels = 3;
  int64_t out_channels = 3;
  int64_t latent_channels = 4;
  std::vector<int64_t> block_out_channels;  // from the finest resolution
  int64_t layers_per_block = 2;
  int64_t norm_num_groups = 32;
  bool use_quant_conv = true;
  bool use_post_quant_conv = true;
  bool mid_block_add_attention = true;
  double scaling_factor = 0.13025;
  // Per channel, subtracted and divided out as well where a model has them; else empty.
  std::vector<double> latents_mean, latents_std;
  // The activations overflow in fp16.
  bool force_upcast = true;

  // Pixels to a latent, in each direction.
  int64_t downscale() const { return int64_t{1} << (block_out_channels.size() - 1); }
};

// Reads and checks FOLDER/config.json. INVALID_ARGUMENT names the key that is missing, malformed or
// asks for an architecture that is not an AutoencoderKL of plain blocks.
absl::StatusOr<VaeConfig> ReadVaeConfig(const std::filesystem::path& folder);

}  // namespace kolors
