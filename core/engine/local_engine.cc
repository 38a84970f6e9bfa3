#include "core/engine/local_engine.h"

#include <ATen/ATen.h>
#include <pthread.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"
#include "core/engine/device.h"
#include "core/engine/validate.h"

namespace kolors {

namespace {

EngineInfo Describe(const Model& model, const EngineOptions& options) {
  EngineInfo info;
  info.model = {.name = model.folder.root.filename().string(),
                .layout = model.folder.layout,
                .precision = options.precision,
                .text_encoder_parameters = model.text_encoder_parameters,
                .unet_parameters = model.unet_parameters,
                .vae_parameters = model.vae_parameters,
                .digest = model.digest,
                .default_size = model.default_size(),
                .default_sampler = model.default_sampler,
                .max_prompt_tokens = kMaxPromptTokens};
  info.device = DescribeDevice(model.device);
  info.limits.max_queued_requests = options.max_queued_requests;
  info.limits.max_num_inference_steps =
      std::min(info.limits.max_num_inference_steps, model.schedule->num_train_timesteps());
  return info;
}

EngineOptions WithDefaults(EngineOptions options, at::Device device) {
  if (options.max_batch_images == 0) options.max_batch_images = device.is_cpu() ? 1 : 4;
  return options;
}

}  // namespace

LocalEngine::LocalEngine(std::unique_ptr<Model> model, const EngineOptions& options)
    : model_(std::move(model)),
      options_(WithDefaults(options, model_->device)),
      info_(Describe(*model_, options_)) {}

LocalEngine::~LocalEngine() {
  {
    std::lock_guard lock(mutex_);
    draining_ = true;
    stopping_ = true;
    end_all_ = absl::CancelledError("The server is shutting down.");
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

EngineInfo LocalEngine::Info() const {
  EngineInfo info = info_;
  info.device.memory_used_bytes = MemoryUsedBytes(model_->device);
  return info;
}

EngineStats LocalEngine::Stats() const {
  std::unique_lock lock(mutex_);
  EngineStats stats = stats_;
  stats.requests_waiting += static_cast<int>(incoming_.size());
  lock.unlock();
  stats.memory_used_bytes = MemoryUsedBytes(model_->device);
  return stats;
}

void LocalEngine::SetTickListener(std::function<void(const TickReport&)> listener) {
  std::lock_guard lock(mutex_);
  tick_listener_ = std::move(listener);
}

absl::Status LocalEngine::Admit(const GenerateSpec& spec) {
  if (draining_) {
    return MakeError(absl::StatusCode::kUnavailable, "The server is shutting down; try another replica.",
                     {.reason = "DRAINING", .retry_delay = std::chrono::seconds(1)});
  }
  if (!spec.adapters.empty()) {
    return MakeError(absl::StatusCode::kNotFound,
                     absl::StrCat("There is no adapter \"", spec.adapters[0].adapter, "\"."),
                     {.reason = "ADAPTER_NOT_FOUND", .metadata = {{"adapter", spec.adapters[0].adapter}}});
  }
  if (outstanding_ >= static_cast<size_t>(options_.max_queued_requests)) {
    return MakeError(absl::StatusCode::kResourceExhausted,
                     absl::StrCat("The queue is full: ", outstanding_, " requests wait or run. Try again later."),
                     {.reason = "QUEUE_FULL",
                      .retry_delay = until_next_finish_.value_or(std::chrono::seconds(1))});
  }
  return absl::OkStatus();
}

absl::Status LocalEngine::Submit(GenerateSpec spec, std::stop_token stop,
                                 std::shared_ptr<GenerateObserver> observer) {
  if (spec.width == 0) spec.width = info_.model.default_size;
  if (spec.height == 0) spec.height = info_.model.default_size;
  if (!spec.sampler) spec.sampler = info_.model.default_sampler;
  RETURN_IF_ERROR(ValidateGenerateSpec(spec, info_.limits));
  auto request = std::make_unique<Request>();
  ASSIGN_OR_RETURN(request->sampler,
                   MakeSamplerPlan(*spec.sampler, *model_->schedule, spec.num_inference_steps));
  request->spec = std::move(spec);
  request->stop = std::move(stop);
  request->observer = std::move(observer);
  request->arrived = clock_->Now();
  {
    std::lock_guard lock(mutex_);
    RETURN_IF_ERROR(Admit(request->spec));
    request->id = next_id_++;
    ++outstanding_;
    incoming_.push_back(std::move(request));
  }
  wake_.notify_one();
  return absl::OkStatus();
}

void LocalEngine::Drain(TimePoint until) {
  std::unique_lock lock(mutex_);
  draining_ = true;
  auto done = [this] { return outstanding_ == 0; };
  if (idle_.wait_until(lock, until, done)) return;
  end_all_ = MakeError(absl::StatusCode::kUnavailable,
                       "The server shut down before the images were finished; send the request again.",
                       {.reason = "DRAINING", .retry_delay = std::chrono::seconds(1)});
  lock.unlock();
  wake_.notify_all();
  lock.lock();
  idle_.wait(lock, done);
}

absl::Status LocalEngine::Start() {
  std::promise<absl::Status> started;
  std::future<absl::Status> result = started.get_future();
  thread_ = std::thread([this, &started] { Run(started); });
  pthread_setname_np(thread_.native_handle(), "gpu-loop");
  return result.get();
}

absl::Status LocalEngine::WarmUp(const std::vector<std::pair<int, int>>& sizes) {
  struct Waiter : GenerateObserver {
    void OnQueued(const QueueEstimate&) override {}
    void OnStarted(const GenerateStart&) override {}
    void OnProgress(const GenerateProgress&) override {}
    void OnPreview(int, int, Image) override {}
    void OnImage(int, uint64_t, Image) override {}
    void OnFinished(const absl::Status& status, const GenerateTimings&) override { done.set_value(status); }
    std::promise<absl::Status> done;
  };
  for (auto [width, height] : sizes) {
    auto waiter = std::make_shared<Waiter>();
    std::future<absl::Status> done = waiter->done.get_future();
    GenerateSpec spec{.width = width, .height = height, .num_inference_steps = 2};
    RETURN_IF_ERROR(Submit(std::move(spec), std::stop_token(), waiter));
    RETURN_IF_ERROR(done.get());
  }
  return absl::OkStatus();
}

void LocalEngine::Run(std::promise<absl::Status>& started) {
  at::InferenceMode no_gradients;
  std::optional<GpuLoop> loop;
  try {
    UseDevice(model_->device, options_.cpu_threads);
    loop.emplace(*model_, options_, clock_);
  } catch (const std::exception& error) {
    started.set_value(absl::InternalError(absl::StrCat("The device failed at start: ", error.what())));
    return;
  }
  loop->set_tick_listener([this](const TickReport& report) {
    if (tick_listener_) tick_listener_(report);
  });
  started.set_value(absl::OkStatus());
  Loop(*loop);
}

void LocalEngine::Loop(GpuLoop& loop) {
  std::unique_lock lock(mutex_);
  while (true) {
    std::vector<std::unique_ptr<Request>> arrived = std::exchange(incoming_, {});
    std::optional<absl::Status> end_all = std::exchange(end_all_, std::nullopt);
    lock.unlock();
    for (auto& request : arrived) loop.Add(std::move(request));
    if (end_all) loop.EndAll(*end_all);
    const bool busy = loop.RunTick();
    lock.lock();
    stats_ = loop.Stats();
    outstanding_ = loop.requests() + incoming_.size();
    until_next_finish_ = loop.UntilNextFinish();
    if (outstanding_ == 0) idle_.notify_all();
    if (stopping_ && outstanding_ == 0) return;
    if (!busy && loop.requests() == 0) {
      wake_.wait(lock, [this] { return !incoming_.empty() || end_all_ || stopping_; });
    }
  }
}

}  // namespace kolors
