#include "client/cli/app.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cli/command.h"
#include "client/cli/exit_code.h"
#include "core/base/suggestion.h"

namespace kolors::cli {

namespace {

void AddGlobalFlags(CLI::App& app, GlobalFlags& flags) {
  app.add_option("--server", flags.server,
                 absl::StrCat("Where kolorsd listens [", kDefaultServer, "; KOLORS_SERVER]"))
      ->type_name("HOST:PORT");
  app.add_flag("--json", flags.json, "Results as one JSON object a line");
  app.add_option("--timeout", flags.timeout_seconds,
                 "Give up after so many seconds [generate: never, others: 10]")
      ->check(CLI::PositiveNumber)
      ->type_name("SECONDS");
  app.add_option("--token-file", flags.token_file,
                 "File with the token to send [none; KOLORS_TOKEN_FILE]")
      ->type_name("FILE");
  app.set_version_flag("--version", "kolorsctl " KOLORS_VERSION, "Print the version");
}

// Lets flags that every command takes stand after the command too.
void SetManners(CLI::App& app) {
  app.require_subcommand(1);
  app.fallthrough();
  app.set_help_flag("-h,--help", "Print this help");
  app.get_formatter()->column_width(40);
  app.footer("kolorsctl COMMAND --help tells more about a command.");
}

std::vector<std::string> KnownNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  for (const CLI::App* at = &app; at != nullptr; at = at->get_parent()) {
    for (const CLI::Option* option : at->get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  return names;
}

// CLI11's messages are for programmers; these name what was typed and what may have been meant.
std::string DescribeUsageError(const CLI::App& app, const CLI::ParseError& error) {
  const auto used = app.get_subcommands();
  const CLI::App& command = used.empty() ? app : *used.front();
  const std::vector<std::string> unknown = app.remaining(true);
  std::string text = "kolorsctl: ";
  if (!unknown.empty()) {
    const bool is_flag = absl::StartsWith(unknown.front(), "-");
    const bool is_command = used.empty() && !is_flag;
    absl::StrAppend(&text, is_command ? "there is no command '"
                           : is_flag  ? "there is no flag '"
                                      : "unexpected argument '",
                    unknown.front(), "'");
    const std::string name = unknown.front().substr(0, unknown.front().find('='));
    if (auto meant = ClosestName(name, KnownNames(command))) {
      absl::StrAppend(&text, "; did you mean '", *meant, "'?");
    } else if (!is_flag && !is_command) {
      absl::StrAppend(&text, "; put quotes around text with spaces.");
    } else {
      text += ".";
    }
  } else if (used.empty()) {
    text += "a command is missing.";
  } else {
    absl::StrAppend(&text, error.what(), ".");
  }
  return absl::StrCat(text, "\nRun `kolorsctl ", used.empty() ? "" : command.get_name() + " ",
                      "--help` for what there is.\n");
}

void ApplyEnvironment(const Environment& environment, GlobalFlags& flags) {
  if (const std::string server = environment("KOLORS_SERVER"); !server.empty()) {
    flags.server = server;
  }
  flags.token_file = environment("KOLORS_TOKEN_FILE");
}

}  // namespace

int RunKolorsctl(const std::vector<std::string>& arguments, Console& console) {
  CommandContext context{.console = console};
  ApplyEnvironment(console.environment, context.flags);
  CLI::App app("Draws images with a kolorsd server.", "kolorsctl");
  SetManners(app);
  AddGlobalFlags(app, context.flags);
  AddGenerateCommand(app, context);
  AddInfoCommand(app, context);
  AddHealthCommand(app, context);
  AddModelCommand(app, context);
  AddCompletionCommand(app, context);
  AddVersionCommand(app, context);
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    app.parse(std::move(reversed));
  } catch (const CLI::Success& asked_for_text) {
    app.exit(asked_for_text, console.out, console.err);
    return kExitOk;
  } catch (const CLI::ParseError& error) {
    console.err << DescribeUsageError(app, error) << std::flush;
    return kExitUsage;
  }
  return context.body();
}

}  // namespace kolors::cli
