// Time as something that is handed in, so that no test ever sleeps.
#pragma once

#include <chrono>

namespace kolors {

using TimePoint = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

// Thread-safe. Monotonic: for waiting and measuring, never for showing a date.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint Now() const = 0;

  // The process' steady clock. Never null, never deleted.
  static const Clock* Real();
};

inline double Seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }
inline Duration FromSeconds(double seconds) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

}  // namespace kolors
