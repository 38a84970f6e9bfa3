// Where the server is in its life, and the engine while there is one.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/statusor.h"
#include "core/engine/engine.h"

namespace kolors {

enum class ServingState { kLoading, kServing, kDraining };

// Thread-safe.
class Serving {
 public:
  // UNAVAILABLE with RetryInfo while there is none (MODEL_LOADING, DRAINING).
  absl::StatusOr<std::shared_ptr<Engine>> engine() const;
  // The engine in whichever state, for gauges and the drain; null while loading.
  std::shared_ptr<Engine> engine_if_any() const;
  ServingState state() const;

  void StartServing(std::shared_ptr<Engine> engine);
  void StartDraining();

  // Called after every change, from the thread that changed it. Add listeners before the first change.
  void AddListener(std::function<void(ServingState)> listener) { listeners_.push_back(std::move(listener)); }

 private:
  void Tell(ServingState state);

  mutable std::mutex mutex_;
  ServingState state_ = ServingState::kLoading;
  std::shared_ptr<Engine> engine_;
  std::vector<std::function<void(ServingState)>> listeners_;
};

}  // namespace kolors
