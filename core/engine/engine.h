// The engine's face: everything outside core/ that wants a device to do something goes through
// here. No LibTorch header is reachable from this file.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/engine/generate.h"
#include "core/io/model_layout.h"

namespace kolors {

enum class Precision { kFp32, kFp16, kBf16, kFp8 };

struct EngineOptions {
  std::string model_dir;                   // a Kolors folder, either layout
  std::string vae_dir;                     // replaces MODEL/vae; empty: the model's own
  std::string device = "cpu";              // cpu, cuda or cuda:N
  Precision precision = Precision::kFp32;  // of weights and activations on the device
  int cpu_threads = 0;                     // 0: as many as there are cores
  int max_queued_requests = 256;           // waiting and running; one more is QUEUE_FULL
  int max_active_images = 32;              // images whose latents are on the device at once
  int max_batch_images = 8;                // images in one denoising step; 1 turns batching off
  int prompt_cache_entries = 256;          // encoded prompts kept on the device
  std::vector<std::pair<int, int>> warmup_sizes;  // width, height drawn once before Create returns
};

struct EngineLimits {
  int min_size = 64;
  int max_size = 2048;
  int size_multiple = 8;
  int max_num_inference_steps = 1000;
  int max_num_images = 16;
  int max_prompt_bytes = 16 * 1024;
  int max_adapters = 8;
  int max_queued_requests = 256;
};

struct ModelInfo {
  std::string name;  // the folder's name
  ModelLayout layout = ModelLayout::kDiffusers;
  Precision precision = Precision::kFp32;
  int64_t text_encoder_parameters = 0;
  int64_t unet_parameters = 0;
  int64_t vae_parameters = 0;
  std::string digest;  // SHA-256, hexadecimal
  int default_size = 1024;
  SamplerKind default_sampler = SamplerKind::kEuler;
  int max_prompt_tokens = 256;
};

struct DeviceInfo {
  std::string id;                  // cpu or cuda:N
  std::string name;                // NVIDIA H200
  std::string compute_capability;  // 9.0; empty on a CPU
  int64_t memory_total_bytes = 0;
  int64_t memory_used_bytes = 0;
};

struct EngineInfo {
  ModelInfo model;
  DeviceInfo device;
  EngineLimits limits;
};

// A moment's numbers, for gauges.
struct EngineStats {
  int requests_waiting = 0;  // accepted, no tick yet
  int requests_running = 0;
  int images_active = 0;
  int64_t prompt_cache_hits = 0;
  int64_t prompt_cache_misses = 0;
  int64_t memory_used_bytes = 0;
  bool healthy = true;  // false: the device is lost, nothing will ever finish again
};

// What the GPU loop just did; metrics listen to it.
struct TickReport {
  enum class Kind { kEncodePrompt, kDenoise, kDecode } kind = Kind::kDenoise;
  Duration duration{};
  int images = 0;  // in the batch
};

// Thread-safe. Destroying an engine cancels what is left, after the tick in flight.
class Engine {
 public:
  virtual ~Engine() = default;

  // Never changes after Create, memory_used_bytes apart.
  virtual EngineInfo Info() const = 0;
  virtual EngineStats Stats() const = 0;

  // Queues a request. On OK the observer hears everything that follows, first OnQueued, perhaps
  // before Submit returns; on any other status it hears nothing. Requesting a stop on the token
  // ends the work within two denoising steps with CANCELLED.
  //
  // INVALID_ARGUMENT, NOT_FOUND (adapter), RESOURCE_EXHAUSTED (queue full),
  // FAILED_PRECONDITION (can never fit), UNAVAILABLE (draining).
  virtual absl::Status Submit(GenerateSpec spec, std::stop_token stop,
                              std::shared_ptr<GenerateObserver> observer) = 0;

  // Refuses new work from now on, and returns when accepted work is done or `until` has come; what
  // is left then ends with UNAVAILABLE. May be called again with another `until`.
  virtual void Drain(TimePoint until) = 0;

  // Called after every tick on the loop's thread; must return at once. Set it before the first
  // Submit.
  virtual void SetTickListener(std::function<void(const TickReport&)> listener) = 0;
};

// Reads the model folder, moves the weights to the device, warms up and starts the GPU loop:
// seconds to a minute. Status messages name the file or tensor that is wrong and what to do.
absl::StatusOr<std::unique_ptr<Engine>> CreateEngine(const EngineOptions& options);

}  // namespace kolors
