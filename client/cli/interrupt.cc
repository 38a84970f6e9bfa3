#include "client/cli/interrupt.h"

#include <pthread.h>
#include <unistd.h>

#include "client/cli/exit_code.h"

namespace kolors::cli {

Interrupt::Interrupt() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  thread_ = std::thread([this] { Wait(); });
}

Interrupt::~Interrupt() {
  ending_ = true;
  pthread_kill(thread_.native_handle(), SIGTERM);
  thread_.join();
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void Interrupt::Wait() {
  while (true) {
    int signal = 0;
    if (sigwait(&signals_, &signal) != 0) continue;
    if (ending_) return;
    if (received_.exchange(true)) {
      const char newline = '\n';
      [[maybe_unused]] auto ignored = write(STDERR_FILENO, &newline, 1);
      _exit(kExitInterrupted);
    }
    source_.request_stop();
  }
}

}  // namespace kolors::cli
