#include "client/src/retry.h"

#include <condition_variable>
#include <mutex>

#include "core/base/error_details.h"

namespace kolors::client {

namespace {

void WaitFor(Duration delay, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, delay, [] { return false; });
}

}  // namespace

RetryPolicy::RetryPolicy(const RetryOptions& options, uint32_t jitter_seed)
    : options_(options), random_(jitter_seed), backoff_(options.initial_backoff) {}

Duration RetryPolicy::Jittered(Duration delay) {
  return FromSeconds(Seconds(delay) * std::uniform_real_distribution(1.0, 1.2)(random_));
}

std::optional<Duration> RetryPolicy::NextDelay(const absl::Status& failure) {
  if (!absl::IsUnavailable(failure)) return std::nullopt;
  if (auto announced = GetErrorDetails(failure).retry_delay) {
    const Duration delay = Jittered(*announced);
    announced_wait_ += delay;
    if (announced_wait_ > options_.max_announced_wait) return std::nullopt;
    return delay;
  }
  if (attempts_ >= options_.max_attempts) return std::nullopt;
  ++attempts_;
  const Duration delay = Jittered(backoff_);
  backoff_ *= 2;
  return delay;
}

absl::Status RunWithRetries(const RetryOptions& options, std::optional<TimePoint> deadline,
                            std::stop_token stop,
                            const std::function<void(const RetryEvent&)>& on_retry,
                            const std::function<Attempt()>& attempt) {
  RetryPolicy policy(options);
  while (true) {
    auto [status, may_retry] = attempt();
    if (status.ok() || !may_retry) return status;
    const std::optional<Duration> delay = policy.NextDelay(status);
    if (!delay || (deadline && Clock::Real()->Now() + *delay >= *deadline)) return status;
    if (on_retry) on_retry({.cause = status, .delay = *delay});
    WaitFor(*delay, stop);
    if (stop.stop_requested()) return absl::CancelledError("The call was cancelled.");
  }
}

}  // namespace kolors::client
