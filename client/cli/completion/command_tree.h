// The command line as data, read from CLI11's own tree: completion cannot differ from the program.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace kolors::cli {

enum class ValueKind { kNone, kText, kChoice, kPath };

struct OptionNode {
  std::vector<std::string> long_names;   // without dashes
  std::vector<std::string> short_names;  // without dash
  std::string description;
  ValueKind value = ValueKind::kNone;
  std::vector<std::string> choices;  // for kChoice

  bool positional() const { return long_names.empty() && short_names.empty(); }
};

struct CommandTree {
  std::string name;
  std::string description;
  std::vector<OptionNode> options;  // positionals among them
  std::vector<CommandTree> commands;
};

// Options of an outer command are repeated in the inner ones, where they are accepted as well.
CommandTree DescribeCommands(const CLI::App& app);

}  // namespace kolors::cli
