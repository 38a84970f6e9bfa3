// Where the parts of a Kolors model lie on disk, in either published layout.
#pragma once

#include <filesystem>
#include <string>

#include "absl/status/statusor.h"
#include "core/io/model_layout.h"

namespace kolors {

struct ModelFolder {
  std::filesystem::path root;
  ModelLayout layout = ModelLayout::kDiffusers;
  std::filesystem::path text_encoder;      // folder: config.json and weights
  std::filesystem::path unet;              // folder: config.json and weights
  std::filesystem::path vae;               // folder: config.json and weights
  std::filesystem::path tokenizer_model;   // SentencePiece file
  std::filesystem::path scheduler_config;  // scheduler_config.json
  std::filesystem::path model_index;       // model_index.json; may not exist
};

// Finds the parts. `vae_dir`, if not empty, replaces MODEL/vae (sdxl-vae-fp16-fix: config.json and
// diffusion_pytorch_model.safetensors in the folder itself). Opens no weights.
//
// NOT_FOUND: the message lists every part that is missing and where it was looked for, in one go.
absl::StatusOr<ModelFolder> OpenModelFolder(const std::filesystem::path& root,
                                            const std::filesystem::path& vae_dir);

}  // namespace kolors
