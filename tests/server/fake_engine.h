// An engine without a device: tests decide what it says and when.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "core/engine/validate.h"

namespace kolors {

class FakeEngine : public Engine {
 public:
  struct Submitted {
    GenerateSpec spec;
    std::stop_token stop;
    std::shared_ptr<GenerateObserver> observer;
  };

  EngineInfo Info() const override { return {.model = {.name = "fake", .digest = "d", .default_size = 64}}; }
  EngineStats Stats() const override { return {}; }
  absl::Status Submit(GenerateSpec spec, std::stop_token stop, std::shared_ptr<GenerateObserver> observer) override {
    if (absl::Status status = ValidateGenerateSpec(spec, {}); !status.ok()) return status;
    std::lock_guard lock(mutex_);
    if (!refusal.ok()) return refusal;
    submitted_.push_back({std::move(spec), std::move(stop), std::move(observer)});
    arrived_.notify_all();
    return absl::OkStatus();
  }
  void Drain(TimePoint) override {
    for (auto& request : TakeAll()) request.observer->OnFinished(absl::UnavailableError("drained"), {});
  }
  void SetTickListener(std::function<void(const TickReport&)>) override {}

  // Waits for the next request.
  Submitted Take() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return !submitted_.empty(); });
    Submitted first = std::move(submitted_.front());
    submitted_.erase(submitted_.begin());
    return first;
  }

  absl::Status refusal;

 private:
  std::vector<Submitted> TakeAll() {
    std::lock_guard lock(mutex_);
    return std::exchange(submitted_, {});
  }

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Submitted> submitted_;
};

}  // namespace kolors
