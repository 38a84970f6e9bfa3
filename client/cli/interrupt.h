// Ctrl-C as a stop token.
#pragma once

#include <atomic>
#include <csignal>
#include <stop_token>
#include <thread>

namespace kolors::cli {

// While it lives, the first SIGINT or SIGTERM requests the stop and the second ends the process at
// once with exit code 130. Make it before any thread is started: they inherit the blocked signals.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  std::stop_source& source() { return source_; }
  // A signal came (the source may also have been stopped by someone else).
  bool received() const { return received_; }

 private:
  void Wait();

  sigset_t signals_{};
  sigset_t before_{};
  std::stop_source source_;
  std::atomic<bool> received_ = false;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

}  // namespace kolors::cli
