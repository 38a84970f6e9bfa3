#include "server/serving.h"

#include <chrono>
#include <utility>

#include "core/base/error_details.h"

namespace kolors {

absl::StatusOr<std::shared_ptr<Engine>> Serving::engine() const {
  std::lock_guard lock(mutex_);
  switch (state_) {
    case ServingState::kServing:
      return engine_;
    case ServingState::kLoading:
      return MakeError(absl::StatusCode::kUnavailable, "The model is still loading; try again in a moment.",
                       {.reason = "MODEL_LOADING", .retry_delay = std::chrono::seconds(2)});
    case ServingState::kDraining:
      break;
  }
  return MakeError(absl::StatusCode::kUnavailable, "The server is shutting down; try again, perhaps elsewhere.",
                   {.reason = "DRAINING", .retry_delay = std::chrono::seconds(1)});
}

std::shared_ptr<Engine> Serving::engine_if_any() const {
  std::lock_guard lock(mutex_);
  return engine_;
}

ServingState Serving::state() const {
  std::lock_guard lock(mutex_);
  return state_;
}

void Serving::StartServing(std::shared_ptr<Engine> engine) {
  {
    std::lock_guard lock(mutex_);
    engine_ = std::move(engine);
    if (state_ == ServingState::kDraining) return;
    state_ = ServingState::kServing;
  }
  Tell(ServingState::kServing);
}

void Serving::StartDraining() {
  {
    std::lock_guard lock(mutex_);
    state_ = ServingState::kDraining;
  }
  Tell(ServingState::kDraining);
}

void Serving::Tell(ServingState state) {
  for (const auto& listener : listeners_) listener(state);
}

}  // namespace kolors
