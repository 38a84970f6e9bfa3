// The GPU loop's body: one tick at a time, of whatever the policy picks.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/engine/device.h"
#include "core/engine/engine.h"
#include "core/engine/request.h"
#include "core/engine/tick_policy.h"
#include "core/pipeline/denoiser.h"
#include "core/pipeline/picture.h"
#include "core/pipeline/prompt_encoder.h"

namespace kolors {

// Everything here happens on the one thread that owns the device. The host stays at most two ticks ahead
// of a GPU: what a tick produced is handed to observers when the tick after next is about to start.
class GpuLoop {
 public:
  GpuLoop(const Model& model, const EngineOptions& options, const Clock* clock);

  void Add(std::unique_ptr<Request> request);
  // Ends cancelled and late requests, then runs one tick. False: there was nothing to do.
  bool RunTick();
  // Ends every request with this status.
  void EndAll(const absl::Status& status);

  // Of requests that are still here.
  EngineStats Stats() const;
  size_t requests() const { return requests_.size(); }
  // Seconds that this much work takes, by what was measured; nothing before the first step.
  std::optional<Duration> Estimate(double cost) const;
  // Until the request that is nearest to its end leaves.
  std::optional<Duration> UntilNextFinish() const;

  void set_tick_listener(std::function<void(const TickReport&)> listener) {
    tick_listener_ = std::move(listener);
  }

 private:
  struct InFlight {
    Fence fence;
    TimePoint started;
    TickReport report;
    double cost;
    std::function<void()> complete;
  };
  // One image of a batch.
  struct Place {
    std::shared_ptr<Request> request;
    int index;
    LatentImage& image() const { return request->images[index]; }
  };
  using Members = std::vector<std::shared_ptr<Request>>;

  void SweepEnded();
  void AnnouncePositions();
  std::vector<Candidate> Candidates() const;
  void Execute(const Tick& tick);
  void EncodePrompts(const Members& members);
  void Denoise(const Tick& tick, const Members& members);
  void Decode(const std::shared_ptr<Request>& request);
  void Start(Request& request, const EncodedPrompt& positive, const EncodedPrompt* negative);
  void ReportStep(Request& request);
  std::vector<std::function<void()>> Previews(std::span<const Place> places, const at::Tensor& clean);
  void Launched(TickReport::Kind kind, int images, double cost, std::function<void()> complete);
  void CompleteOldest();
  void CompleteAll();
  void Finish(std::shared_ptr<Request> request, const absl::Status& status);
  void OnOutOfMemory(const Members& members, const std::string& message);

  const Model& model_;
  const EngineOptions options_;
  const Clock* clock_;
  TickPolicy policy_;
  PromptEncoder prompt_encoder_;
  Denoiser denoiser_;
  LatentPreview preview_;

  std::map<uint64_t, std::shared_ptr<Request>> requests_;  // by age
  std::deque<InFlight> in_flight_;
  TimePoint tick_started_{};
  TimePoint last_completion_{};
  double seconds_per_cost_ = 0;  // moving average over denoising ticks
  std::function<void(const TickReport&)> tick_listener_;
};

}  // namespace kolors
