// KOLORS_CHECK(condition) << "why": ends the process when an invariant of ours is broken.
//
// Never for what a user, a file, the network or a device's memory can cause: those are
// absl::Status.
#pragma once

#include <sstream>

namespace kolors::internal {

class CheckFailure {
 public:
  CheckFailure(const char* file, int line, const char* condition);
  [[noreturn]] ~CheckFailure();
  std::ostream& stream() { return stream_; }

 private:
  std::ostringstream stream_;
};

}  // namespace kolors::internal

#define KOLORS_CHECK(condition) \
  while (!(condition))          \
  [[unlikely]] ::kolors::internal::CheckFailure(__FILE__, __LINE__, #condition).stream()
