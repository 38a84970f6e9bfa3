// When to try a call again, and the waiting in between.
#pragma once

#include <functional>
#include <optional>
#include <random>
#include <stop_token>

#include "absl/status/status.h"
#include "core/base/clock.h"
#include "kolors/client.h"

namespace kolors::client {

// The decision alone, without waiting. One object a call.
class RetryPolicy {
 public:
  explicit RetryPolicy(const RetryOptions& options, uint32_t jitter_seed = std::random_device()());

  // How long to wait before the next try after this failure; nullopt: give up. A wait is up to a
  // fifth longer than planned, so that clients that failed together do not return together.
  std::optional<Duration> NextDelay(const absl::Status& failure);

 private:
  Duration Jittered(Duration delay);

  RetryOptions options_;
  std::minstd_rand random_;
  int attempts_ = 1;
  Duration backoff_;
  Duration announced_wait_{};
};

struct Attempt {
  absl::Status status;
  bool may_retry = true;  // false once the server has begun to answer
};

// Runs attempt until it succeeds, must not be retried, or the policy gives up. Never waits past the
// deadline: the failure that it would have waited for says more. on_retry may be null.
absl::Status RunWithRetries(const RetryOptions& options, std::optional<TimePoint> deadline,
                            std::stop_token stop,
                            const std::function<void(const RetryEvent&)>& on_retry,
                            const std::function<Attempt()>& attempt);

}  // namespace kolors::client
