// The engine on a device of this process.
#pragma once

#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core/engine/engine.h"
#include "core/engine/gpu_loop.h"
#include "core/pipeline/model.h"

namespace kolors {

class LocalEngine : public Engine {
 public:
  LocalEngine(std::unique_ptr<Model> model, const EngineOptions& options);
  ~LocalEngine() override;

  // Starts the GPU loop's thread. Once, before anything else.
  absl::Status Start();
  // Draws once at each of these sizes, so that no request pays for choosing kernels. Before the first
  // Submit.
  absl::Status WarmUp(const std::vector<std::pair<int, int>>& sizes);

  EngineInfo Info() const override;
  EngineStats Stats() const override;
  absl::Status Submit(GenerateSpec spec, std::stop_token stop,
                      std::shared_ptr<GenerateObserver> observer) override;
  void Drain(TimePoint until) override;
  void SetTickListener(std::function<void(const TickReport&)> listener) override;

 private:
  void Run(std::promise<absl::Status>& started);
  void Loop(GpuLoop& loop);
  absl::Status Admit(const GenerateSpec& spec);  // under mutex_

  const std::unique_ptr<const Model> model_;
  const EngineOptions options_;
  const EngineInfo info_;
  const Clock* const clock_ = Clock::Real();

  mutable std::mutex mutex_;
  std::condition_variable wake_;  // the loop: something arrived or was asked
  std::condition_variable idle_;  // Drain: the last request ended
  std::vector<std::unique_ptr<Request>> incoming_;
  size_t outstanding_ = 0;  // accepted and not finished
  uint64_t next_id_ = 1;
  bool draining_ = false;
  std::optional<absl::Status> end_all_;  // asked for by Drain and the destructor
  bool stopping_ = false;
  EngineStats stats_;
  std::optional<Duration> until_next_finish_;  // of the request nearest to its end
  std::function<void(const TickReport&)> tick_listener_;

  std::thread thread_;
};

}  // namespace kolors
