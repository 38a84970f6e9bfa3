// The flags of `kolorsctl generate`, and the request they make.
#pragma once

#include <CLI/CLI.hpp>
#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kolors/images.h"

namespace kolors::cli {

// As typed. What is absent was not typed.
struct GenerateFlags {
  std::optional<std::string> prompt;
  std::optional<std::string> prompt_file;
  std::optional<std::string> from;
  std::optional<std::string> negative_prompt;
  std::optional<int> width;
  std::optional<int> height;
  std::optional<std::string> size;
  std::optional<int> num_inference_steps;
  std::optional<float> guidance_scale;
  std::optional<uint64_t> seed;
  std::optional<int> num_images;
  std::optional<std::string> sampler;
  std::vector<std::string> adapters;
  std::optional<std::string> priority;
  std::optional<std::string> noise_source;

  std::string output;
  std::optional<std::string> format;
  std::optional<int> quality;
  bool no_metadata = false;
  bool force = false;

  std::optional<int> preview_interval_steps;
  std::string preview = "auto";
};

void AddGenerateFlags(CLI::App& command, GenerateFlags& flags);

// "WIDTHxHEIGHT" in pixels.
absl::StatusOr<std::pair<int, int>> ParseSize(const std::string& text);
// "NAME" or "NAME:SCALE".
absl::StatusOr<client::AdapterUse> ParseAdapter(const std::string& text);

// Reads --from and the prompt (from `in` where --prompt-file is "-"), then lays the other flags over
// it. INVALID_ARGUMENT says which flag is wrong; ranges are the server's to judge.
absl::StatusOr<client::GenerateOptions> MakeGenerateOptions(const GenerateFlags& flags,
                                                            std::istream& in);

}  // namespace kolors::cli
