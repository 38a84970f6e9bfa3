// What can be asked of the engine about images, and what it says while it works.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/base/clock.h"
#include "core/image/image.h"
#include "core/sampling/noise_source.h"
#include "core/sampling/sampler_kind.h"

namespace kolors {

enum class Priority { kLow = 0, kNormal = 1, kHigh = 2 };


struct AdapterUse {
  std::string adapter;  // id of a published adapter
  float scale = 1;
};

// One request for images. Ranges are EngineLimits'; Engine::Submit checks them again.
struct GenerateSpec {
  std::string prompt;                          // UTF-8
  std::optional<std::string> negative_prompt;  // absent and "" differ: see the proto
  int width = 0;                               // pixels; 0: the model's default size
  int height = 0;
  int num_inference_steps = 50;
  float guidance_scale = 5;  // <= 1: no guidance, one UNet row an image instead of two
  uint64_t seed = 0;         // image i uses seed + i
  int num_images = 1;
  std::optional<SamplerKind> sampler;  // absent: the model's default
  std::vector<AdapterUse> adapters;
  int preview_interval_steps = 0;  // 0: no previews
  Priority priority = Priority::kNormal;
  NoiseSource noise_source = NoiseSource::kCpu;

  std::string tenant;                 // who asks; queueing is fair between tenants
  std::string request_id;             // for logs
  std::optional<TimePoint> deadline;  // work stops with DEADLINE_EXCEEDED after it
};

struct QueueEstimate {
  int position = 0;                        // requests served before this one
  std::optional<Duration> estimated_wait;  // absent until something was measured
};

struct GenerateStart {
  Duration queue_time{};
  int prompt_tokens = 0;  // special tokens included, before any cut
  bool prompt_truncated = false;
};

struct GenerateProgress {
  int step = 0;  // finished steps, the mean over the images, rounded down
  int total_steps = 0;
  std::optional<Duration> estimated_remaining;
};

struct GenerateTimings {
  Duration queue{};
  Duration encode_prompt{};
  Duration denoise{};
  Duration decode{};
};

// Hears what happens to one request. Calls come one at a time from the engine's threads, in the
// order of a request's life: OnQueued*, OnStarted, (OnProgress | OnPreview)*, OnImage*, OnFinished.
// OnFinished comes exactly once, always, and is the last call. Implementations must return at once:
// the GPU waits while they run.
class GenerateObserver {
 public:
  virtual ~GenerateObserver() = default;
  virtual void OnQueued(const QueueEstimate& estimate) = 0;
  virtual void OnStarted(const GenerateStart& start) = 0;
  virtual void OnProgress(const GenerateProgress& progress) = 0;
  // image: one eighth of the picture's width and height.
  virtual void OnPreview(int image_index, int step, Image image) = 0;
  virtual void OnImage(int image_index, uint64_t seed, Image image) = 0;
  // OK after the last image; CANCELLED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED (device memory),
  // UNAVAILABLE (drained) or INTERNAL otherwise.
  virtual void OnFinished(const absl::Status& status, const GenerateTimings& timings) = 0;
};

}  // namespace kolors
