// What kolorsd can be told, by flag, environment or YAML file.
#pragma once

#include <iosfwd>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "core/engine/engine.h"

namespace kolors {

struct ServerOptions {
  EngineOptions engine;
  std::string listen = "127.0.0.1:50051";
  std::string metrics_listen = "127.0.0.1:9095";  // empty: no metrics
  double drain_timeout_seconds = 30;              // for accepted work, after SIGTERM
  std::string log_level = "info";                 // debug, info, warning, error
  std::string log_format = "auto";                // text, json; auto: text on a terminal
  bool log_prompts = false;                       // prompts are their senders' business
};

struct CommandLine {
  enum class Action { kServe, kCheckConfig, kPrintConfig, kHelp, kVersion } action = Action::kServe;
  ServerOptions options;
};

// A flag wins over the environment (KOLORS_MAX_BATCH_IMAGES for --max-batch-images), that over the YAML
// file (max_batch_images), that over the default. arguments: without the program's name.
//
// INVALID_ARGUMENT: what is unknown, with a suggestion, or has a value that cannot be. NOT_FOUND: the
// YAML file.
absl::StatusOr<CommandLine> ParseCommandLine(std::span<const std::string> arguments);

// One line an option.
std::string HelpText();
// YAML that --config reads back.
std::string ConfigText(const ServerOptions& options);

}  // namespace kolors
