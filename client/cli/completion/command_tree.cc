#include "client/cli/completion/command_tree.h"

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace kolors::cli {

namespace {

// CLI11 keeps a set of allowed values only in words: "TEXT:{png,jpeg,webp}".
std::vector<std::string> Choices(const std::string& type_name) {
  const size_t open = type_name.find('{');
  const size_t close = type_name.find('}', open);
  if (open == std::string::npos || close == std::string::npos) return {};
  return absl::StrSplit(type_name.substr(open + 1, close - open - 1), ',');
}

bool IsPath(const std::string& type_name) {
  return absl::StartsWith(type_name, "FILE") || absl::StartsWith(type_name, "DIR") ||
         absl::StartsWith(type_name, "PATH");
}

OptionNode DescribeOption(const CLI::Option& option) {
  OptionNode node{.long_names = option.get_lnames(),
                  .short_names = option.get_snames(),
                  .description = option.get_description()};
  if (option.get_expected_max() == 0) return node;
  const std::string type_name = option.get_type_name();
  node.choices = Choices(type_name);
  node.value = !node.choices.empty() ? ValueKind::kChoice
               : IsPath(type_name)   ? ValueKind::kPath
                                     : ValueKind::kText;
  return node;
}

}  // namespace

CommandTree DescribeCommands(const CLI::App& app) {
  CommandTree tree{.name = app.get_name(), .description = app.get_description()};
  for (const CLI::Option* option : app.get_options()) {
    tree.options.push_back(DescribeOption(*option));
  }
  if (app.get_parent() != nullptr && app.get_fallthrough()) {
    for (const CLI::Option* option : app.get_parent()->get_options()) {
      // Help is the only one that each command has of its own.
      if (option != app.get_parent()->get_help_ptr()) {
        tree.options.push_back(DescribeOption(*option));
      }
    }
  }
  for (const CLI::App* command : app.get_subcommands({})) {
    tree.commands.push_back(DescribeCommands(*command));
  }
  return tree;
}

}  // namespace kolors::cli
