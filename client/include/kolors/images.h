// ImageService in plain C++: what can be asked for and what comes back. Units, defaults and ranges
// are those of proto/kolors/v1/image_service.proto; the server checks them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/clock.h"

namespace kolors::client {

enum class ImageFormat { kPng, kJpeg, kWebp };
enum class Priority { kLow, kNormal, kHigh };
enum class NoiseSource { kCpu, kDevice };

struct AdapterUse {
  std::string adapter;  // adapters/{id}, or the bare id
  std::optional<float> scale;

  bool operator==(const AdapterUse&) const = default;
};

// 0, empty or absent: the server's default.
struct GenerateOptions {
  std::string prompt;                          // UTF-8
  std::optional<std::string> negative_prompt;  // absent and "" differ
  int width = 0;                               // pixels
  int height = 0;                              // pixels
  int num_inference_steps = 0;
  std::optional<float> guidance_scale;
  std::optional<uint64_t> seed;
  int num_images = 0;
  std::string sampler;  // "euler", "dpmpp_2m_karras" …: ServerInfo::samplers lists the server's
  std::vector<AdapterUse> adapters;
  int preview_interval_steps = 0;
  ImageFormat format = ImageFormat::kPng;
  std::optional<int> quality;
  std::optional<bool> embed_metadata;
  Priority priority = Priority::kNormal;
  NoiseSource noise_source = NoiseSource::kCpu;

  bool operator==(const GenerateOptions&) const = default;
};

// Reads what the server writes into every image file under the key "kolors" (the request as protobuf
// JSON), so that the same image can be asked for again. INVALID_ARGUMENT if it is not that.
absl::StatusOr<GenerateOptions> ParseGenerateOptions(std::string_view json);

// All sampler names this client knows.
std::vector<std::string> SamplerNames();

struct QueuedEvent {
  int position = 0;  // requests served before this one
  std::optional<Duration> estimated_wait;
};

struct StartedEvent {
  Duration queue_time{};
  int prompt_tokens = 0;
  bool prompt_truncated = false;
};

struct ProgressEvent {
  int step = 0;
  int total_steps = 0;
  std::optional<Duration> estimated_remaining;
};

struct PreviewEvent {
  int image_index = 0;
  int step = 0;
  std::string jpeg;
};

// The call is about to be tried again.
struct RetryEvent {
  absl::Status cause;
  Duration delay{};
};

struct GeneratedImage {
  int image_index = 0;
  uint64_t seed = 0;  // draws this very image with num_images = 1
  std::string data;   // a whole file in the format asked for
};

// What happens on the way. Absent ones are skipped.
struct GenerateEvents {
  std::function<void(const RetryEvent&)> on_retry;
  std::function<void(const QueuedEvent&)> on_queued;
  std::function<void(const StartedEvent&)> on_started;
  std::function<void(const ProgressEvent&)> on_progress;
  std::function<void(const PreviewEvent&)> on_preview;
  // As soon as an image is whole; never for a part of one.
  std::function<void(const GeneratedImage&)> on_image;
};

struct AppliedAdapter {
  std::string adapter;
  float scale = 1;
  std::string digest;  // SHA-256 of its weights, hexadecimal
};

struct GenerateTimings {
  Duration queue{};
  Duration encode_prompt{};
  Duration denoise{};
  Duration decode{};
  Duration total{};
};

struct GenerateResult {
  std::vector<GeneratedImage> images;  // by image_index
  std::vector<AppliedAdapter> adapters;
  GenerateTimings timings;
};

}  // namespace kolors::client
