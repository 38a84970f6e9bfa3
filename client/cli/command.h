// What all commands share, and how each joins the command line.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "absl/status/statusor.h"
#include "client/cli/console.h"
#include "kolors/client.h"

namespace kolors::cli {

inline constexpr char kDefaultServer[] = "127.0.0.1:50051";

struct GlobalFlags {
  std::string server = kDefaultServer;
  bool json = false;
  std::optional<double> timeout_seconds;
  std::string token_file;
};

struct CommandContext {
  Console& console;
  GlobalFlags flags;
  // Set by the subcommand that was found on the command line; returns the exit code.
  std::function<int()> body;

  absl::StatusOr<Client> Connect() const;
  // Reports to err (and out with --json) and returns the exit code.
  int Fail(const absl::Status& status) const;
};

// One a file. Each adds its subcommand, and flags that live as long as the app.
void AddGenerateCommand(CLI::App& app, CommandContext& context);
void AddInfoCommand(CLI::App& app, CommandContext& context);
void AddHealthCommand(CLI::App& app, CommandContext& context);
void AddModelCommand(CLI::App& app, CommandContext& context);
void AddCompletionCommand(CLI::App& app, CommandContext& context);
void AddVersionCommand(CLI::App& app, CommandContext& context);

}  // namespace kolors::cli
