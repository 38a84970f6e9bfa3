// kolorsd: flags, environment and YAML into ServerOptions, then Server.
#include <pthread.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "server/log.h"
#include "server/server.h"

namespace {

using kolors::CommandLine;

constexpr int kFailure = 1;
constexpr int kUsage = 2;

int Fail(const absl::Status& status, int exit_code) {
  std::cerr << "kolorsd: " << status.message() << "\n";
  return exit_code;
}

// Signals are read by one thread; all others leave them alone.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

int Serve(const kolors::ServerOptions& options) {
  const sigset_t signals = BlockSignals();
  kolors::SetUpLog(options.log_level, options.log_format);
  auto server = kolors::Server::Start(options, kolors::CreateEngine);
  if (!server.ok()) return Fail(server.status(), kFailure);
  // Detached: it may still wait for a signal when the model could not be loaded.
  std::thread([signals, server = server->get()] {
    int signal = 0;
    sigwait(&signals, &signal);
    spdlog::info("received {}", signal == SIGTERM ? "SIGTERM" : "SIGINT");
    server->Shutdown();
    sigwait(&signals, &signal);
    spdlog::warn("a second signal: ending at once");
    std::_Exit(128 + signal);
  }).detach();
  const absl::Status status = (*server)->Wait();
  return status.ok() ? 0 : Fail(status, kFailure);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto line = kolors::ParseCommandLine(arguments);
  if (!line.ok()) return Fail(line.status(), kUsage);
  switch (line->action) {
    case CommandLine::Action::kHelp:
      std::cout << kolors::HelpText();
      return 0;
    case CommandLine::Action::kVersion:
      std::cout << "kolorsd " KOLORS_VERSION "\n";
      return 0;
    case CommandLine::Action::kPrintConfig:
      std::cout << kolors::ConfigText(line->options);
      return 0;
    case CommandLine::Action::kCheckConfig:
      std::cout << "The options are well-formed.\n";
      return 0;
    case CommandLine::Action::kServe:
      return Serve(line->options);
  }
  return kUsage;
}
