// Shape of an SDXL-class UNet, as its config.json tells it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "absl/status/statusor.h"

namespace kolors {

// diffusers: models/unets/unet_2d_condition.py. One entry a resolution, from the finest.
struct UNetConfig {
  struct Stage {
    int64_t channels;
    int64_t heads;               // of its transformers
    int64_t transformer_layers;  // 0: the stage has none (DownBlock2D / UpBlock2D)
    int64_t resnets;             // on the way down; one more on the way up
  };

  int64_t in_channels = 4;
  int64_t out_channels = 4;
  int64_t sample_size = 128;  // native latents' height and width
  std::vector<Stage> stages;
  int64_t mid_transformer_layers = 10;
  int64_t mid_heads = 20;
  int64_t cross_attention_dim = 2048;
  int64_t encoder_hid_dim = 4096;         // width of the text encoder's output
  int64_t addition_time_embed_dim = 256;  // of each of the six size numbers
  int64_t projection_class_embeddings_input_dim =
      5632;  // pooled text + 6 * addition_time_embed_dim
  int64_t norm_num_groups = 32;
  double norm_eps = 1e-5;

  int64_t time_embed_dim() const { return 4 * stages[0].channels; }
  int64_t pooled_dim() const {
    return projection_class_embeddings_input_dim - 6 * addition_time_embed_dim;
  }
};

// Reads and checks FOLDER/config.json. INVALID_ARGUMENT names the key that is missing, malformed or
// asks for an architecture that is not Kolors' (and says which value is expected).
absl::StatusOr<UNetConfig> ReadUNetConfig(const std::filesystem::path& folder);

}  // namespace kolors
