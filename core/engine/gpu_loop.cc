#include "core/engine/gpu_loop.h"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <limits>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"

namespace kolors {

namespace {

// Pictures above this many pixels are decoded in tiles.
constexpr int64_t kWholeDecodePixels = int64_t{2048} * 2048;
constexpr size_t kTicksAhead = 2;

absl::Status OutOfMemory(const std::string& detail) {
  return MakeError(absl::StatusCode::kResourceExhausted,
                   absl::StrCat("The device ran out of memory for this request; ask for a smaller size or fewer "
                                "images. ",
                                detail),
                   {.reason = "OUT_OF_MEMORY"});
}

absl::Status WhyEnded(const Request& request, TimePoint now) {
  if (request.stop.stop_requested()) return absl::CancelledError("The request was cancelled.");
  if (request.spec.deadline && now >= *request.spec.deadline) {
    return absl::DeadlineExceededError(request.plan ? "The deadline passed while the images were being drawn."
                                                    : "The deadline passed while the request waited in the queue.");
  }
  return absl::OkStatus();
}

}  // namespace

GpuLoop::GpuLoop(const Model& model, const EngineOptions& options, const Clock* clock)
    : model_(model),
      options_(options),
      clock_(clock),
      policy_(options.max_batch_images),
      prompt_encoder_(model, options.prompt_cache_entries),
      denoiser_(model),
      preview_(model) {}

void GpuLoop::Add(std::unique_ptr<Request> request) {
  const uint64_t id = request->id;
  requests_.emplace(id, std::move(request));
  AnnouncePositions();
}

bool GpuLoop::RunTick() {
  SweepEnded();
  std::optional<Tick> tick = policy_.Next(Candidates());
  if (!tick) {
    CompleteAll();
    return false;
  }
  while (in_flight_.size() >= kTicksAhead) CompleteOldest();
  Execute(*tick);
  return true;
}

void GpuLoop::EndAll(const absl::Status& status) {
  CompleteAll();
  while (!requests_.empty()) Finish(requests_.begin()->second, status);
}

EngineStats GpuLoop::Stats() const {
  EngineStats stats;
  for (const auto& [id, request] : requests_) {
    ++(request->plan ? stats.requests_running : stats.requests_waiting);
    stats.images_active += static_cast<int>(request->images.size()) - request->delivered;
  }
  stats.prompt_cache_hits = prompt_encoder_.hits();
  stats.prompt_cache_misses = prompt_encoder_.misses();
  return stats;
}

std::optional<Duration> GpuLoop::Estimate(double cost) const {
  if (seconds_per_cost_ == 0) return std::nullopt;
  return FromSeconds(cost * seconds_per_cost_);
}

std::optional<Duration> GpuLoop::UntilNextFinish() const {
  double least = std::numeric_limits<double>::max();
  for (const auto& [id, request] : requests_) least = std::min(least, request->RemainingCost());
  return requests_.empty() ? Duration::zero() : Estimate(least);
}

void GpuLoop::SweepEnded() {
  const TimePoint now = clock_->Now();
  std::vector<std::pair<std::shared_ptr<Request>, absl::Status>> ended;
  for (const auto& [id, request] : requests_) {
    absl::Status why = WhyEnded(*request, now);
    if (!why.ok()) ended.emplace_back(request, why);
  }
  for (const auto& [request, why] : ended) Finish(request, why);
}

void GpuLoop::AnnouncePositions() {
  double cost_ahead = 0;
  int waiting = 0;
  for (const auto& [id, request] : requests_) {
    if (!request->plan && request->announced_position != waiting) {
      request->announced_position = waiting;
      request->observer->OnQueued({.position = waiting, .estimated_wait = Estimate(cost_ahead)});
    }
    waiting += request->plan ? 0 : 1;
    cost_ahead += request->RemainingCost();
  }
}

std::vector<Candidate> GpuLoop::Candidates() const {
  int active = 0;
  for (const auto& [id, request] : requests_) active += static_cast<int>(request->images.size());
  std::vector<Candidate> candidates;
  for (const auto& [id, request] : requests_) {
    // All images are with the decoder; only their delivery is outstanding.
    if (request->plan && request->decoded == static_cast<int>(request->images.size())) continue;
    candidates.push_back(request->AsCandidate(active, options_.max_active_images));
  }
  return candidates;
}

void GpuLoop::Execute(const Tick& tick) {
  tick_started_ = clock_->Now();
  Members members;
  for (const Tick::Member& member : tick.members) members.push_back(requests_.at(member.id));
  try {
    switch (tick.stage) {
      case Candidate::Stage::kEncodePrompt: return EncodePrompts(members);
      case Candidate::Stage::kDenoise: return Denoise(tick, members);
      case Candidate::Stage::kDecode: return Decode(members[0]);
    }
  } catch (const c10::OutOfMemoryError& error) {
    OnOutOfMemory(members, error.what_without_backtrace());
  } catch (const std::exception& error) {
    if (absl::StrContains(error.what(), "can't allocate memory")) return OnOutOfMemory(members, "");
    const absl::Status status = absl::InternalError(absl::StrCat("The device failed: ", error.what()));
    for (const auto& request : members) Finish(request, status);
  }
}

void GpuLoop::EncodePrompts(const Members& members) {
  std::vector<std::string> prompts;
  for (const auto& request : members) {
    const GenerateSpec& spec = request->spec;
    prompts.push_back(spec.prompt);
    const bool zeros = !spec.negative_prompt && model_.force_zeros_for_empty_prompt;
    if (spec.guidance_scale > 1 && !zeros) prompts.push_back(spec.negative_prompt.value_or(""));
  }
  auto encoded = prompt_encoder_.Encode(prompts);
  std::shared_ptr<const EncodedPrompt> zeros;
  size_t next = 0;
  for (const auto& request : members) {
    const GenerateSpec& spec = request->spec;
    const EncodedPrompt& positive = *encoded[next++];
    const EncodedPrompt* negative = nullptr;
    if (spec.guidance_scale > 1 && !spec.negative_prompt && model_.force_zeros_for_empty_prompt) {
      if (!zeros) zeros = prompt_encoder_.Zeros();
      negative = zeros.get();
    } else if (spec.guidance_scale > 1) {
      negative = encoded[next++].get();
    }
    Start(*request, positive, negative);
  }
  AnnouncePositions();
  Launched(TickReport::Kind::kEncodePrompt, static_cast<int>(members.size()), 0, [this, members] {
    for (const auto& request : members) request->timings.encode_prompt = clock_->Now() - request->started;
  });
}

void GpuLoop::Start(Request& request, const EncodedPrompt& positive, const EncodedPrompt* negative) {
  const GenerateSpec& spec = request.spec;
  request.started = clock_->Now();
  request.timings.queue = request.started - request.arrived;
  request.plan = denoiser_.MakePlan(std::move(request.sampler), spec.guidance_scale, spec.width, spec.height,
                                    positive, negative);
  for (int i = 0; i < spec.num_images; ++i) {
    NoiseGenerator noise(spec.noise_source, spec.seed + i, model_.device, model_.precision.network);
    request.images.emplace_back(request.plan, std::move(noise), model_.vae_config.latent_channels);
  }
  request.observer->OnStarted({.queue_time = request.timings.queue,
                               .prompt_tokens = positive.num_tokens,
                               .prompt_truncated = positive.truncated});
}

void GpuLoop::Denoise(const Tick& tick, const Members& members) {
  std::vector<Place> places;
  std::vector<LatentImage*> images;
  double cost = 0;
  bool wants_preview = false;
  for (size_t i = 0; i < members.size(); ++i) {
    Request& request = *members[i];
    if (request.denoise_started == TimePoint{}) request.denoise_started = tick_started_;
    wants_preview |= request.spec.preview_interval_steps > 0;
    int wanted = tick.members[i].images;
    for (int index = 0; wanted > 0; ++index) {
      if (request.images[index].done()) continue;
      places.push_back({members[i], index});
      images.push_back(&request.images[index]);
      cost += ImageStepCost(request.spec);
      --wanted;
    }
  }
  at::Tensor clean;
  denoiser_.Step(images, wants_preview ? &clean : nullptr);

  std::vector<std::function<void()>> previews;
  if (wants_preview) previews = Previews(places, clean);
  Launched(TickReport::Kind::kDenoise, static_cast<int>(images.size()), cost,
           [this, members, previews = std::move(previews)] {
             for (const auto& request : members) ReportStep(*request);
             for (const auto& deliver : previews) deliver();
           });
}

std::vector<std::function<void()>> GpuLoop::Previews(std::span<const Place> places, const at::Tensor& clean) {
  std::vector<std::function<void()>> deliveries;
  for (size_t row = 0; row < places.size(); ++row) {
    const Place& place = places[row];
    const int interval = place.request->spec.preview_interval_steps;
    const int step = place.image().step;
    if (interval == 0 || step % interval != 0 || place.image().done()) continue;
    deliveries.push_back([place, step, pixels = CopyToHost(preview_(clean[row]))] {
      if (!place.request->finished) place.request->observer->OnPreview(place.index, step, ToImage(pixels));
    });
  }
  return deliveries;
}

void GpuLoop::ReportStep(Request& request) {
  if (request.finished) return;
  const TimePoint now = clock_->Now();
  request.timings.denoise = now - request.denoise_started;
  const int done = std::max(1, request.StepsDone());
  const int total = request.spec.num_inference_steps;
  request.observer->OnProgress({.step = request.StepsDone(),
                                .total_steps = total,
                                .estimated_remaining = request.timings.denoise * (total - done) / done});
}

void GpuLoop::Decode(const std::shared_ptr<Request>& request) {
  const int index = request->decoded;
  const int64_t pixels = int64_t{request->spec.width} * request->spec.height;
  const VaeTiling tiling = pixels > kWholeDecodePixels ? VaeTiling::kOn : VaeTiling::kOff;
  at::Tensor host = CopyToHost(DecodeLatents(model_, request->images[index].latents(), tiling));
  request->images[index].state.reset();  // its step count is all that is still needed
  ++request->decoded;
  Launched(TickReport::Kind::kDecode, 1, 0, [this, request, index, host, started = tick_started_] {
    if (request->finished) return;
    request->timings.decode += clock_->Now() - started;
    request->observer->OnImage(index, request->spec.seed + index, ToImage(host));
    if (++request->delivered == request->spec.num_images) Finish(request, absl::OkStatus());
  });
}

void GpuLoop::Launched(TickReport::Kind kind, int images, double cost, std::function<void()> complete) {
  in_flight_.push_back({.fence = Fence::Record(model_.device),
                        .started = tick_started_,
                        .report = {.kind = kind, .images = images},
                        .cost = cost,
                        .complete = std::move(complete)});
  // Nothing runs behind a CPU's back: what was launched is done.
  if (model_.device.is_cpu()) CompleteAll();
}

void GpuLoop::CompleteOldest() {
  InFlight tick = std::move(in_flight_.front());
  in_flight_.pop_front();
  tick.fence.Wait();
  const TimePoint now = clock_->Now();
  tick.report.duration = now - std::max(tick.started, last_completion_);
  last_completion_ = now;
  if (tick.cost > 0) {
    const double measured = Seconds(tick.report.duration) / tick.cost;
    seconds_per_cost_ = seconds_per_cost_ == 0 ? measured : 0.9 * seconds_per_cost_ + 0.1 * measured;
  }
  tick.complete();
  if (tick_listener_) tick_listener_(tick.report);
}

void GpuLoop::CompleteAll() {
  while (!in_flight_.empty()) CompleteOldest();
}

void GpuLoop::Finish(std::shared_ptr<Request> request, const absl::Status& status) {
  if (request->finished) return;
  request->finished = true;
  requests_.erase(request->id);
  request->observer->OnFinished(status, request->timings);
  AnnouncePositions();
}

void GpuLoop::OnOutOfMemory(const Members& members, const std::string& message) {
  CompleteAll();
  ReleaseCachedMemory(model_.device);
  if (std::any_of(members.begin(), members.end(), [](const auto& request) { return !request->alone; })) {
    // Image by image they may well fit; what does not will be back here.
    for (const auto& request : members) request->alone = true;
    return;
  }
  Finish(members[0], OutOfMemory(message));
}

}  // namespace kolors
