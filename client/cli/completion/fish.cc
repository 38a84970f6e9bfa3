#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client/cli/completion/scripts.h"

namespace kolors::cli {

namespace {

std::string Quote(const std::string& text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"'", "\\'"}}), "'");
}

std::string Value(const OptionNode& option) {
  switch (option.value) {
    case ValueKind::kChoice:
      return absl::StrCat(" -x -a ", Quote(absl::StrJoin(option.choices, " ")));
    case ValueKind::kPath:
      return " -r -F";
    case ValueKind::kText:
      return " -x";
    case ValueKind::kNone:
      break;
  }
  return "";
}

// condition: " -n '…'"
std::string OptionLines(const CommandTree& command, const std::string& condition) {
  std::string lines;
  for (const OptionNode& option : command.options) {
    absl::StrAppend(&lines, "complete -c kolorsctl", condition);
    for (const std::string& name : option.short_names) absl::StrAppend(&lines, " -s ", name);
    for (const std::string& name : option.long_names) absl::StrAppend(&lines, " -l ", name);
    absl::StrAppend(&lines, Value(option), " -d ", Quote(option.description), "\n");
  }
  return lines;
}

}  // namespace

std::string FishCompletion(const CommandTree& tree) {
  const std::string at_root = " -n __fish_use_subcommand";
  std::string script =
      "# fish completion of kolorsctl, printed by `kolorsctl completion fish`\n"
      "complete -c kolorsctl -f\n";
  for (const CommandTree& command : tree.commands) {
    absl::StrAppend(&script, "complete -c kolorsctl", at_root, " -a ", command.name, " -d ",
                    Quote(command.description), "\n");
  }
  script += OptionLines(tree, at_root);
  for (const CommandTree& command : tree.commands) {
    const std::string inside =
        absl::StrCat(" -n '__fish_seen_subcommand_from ", command.name, "'");
    // A command without options of its own hands over to another program: files, most likely.
    script += command.options.empty() ? absl::StrCat("complete -c kolorsctl", inside, " -F\n")
                                      : OptionLines(command, inside);
  }
  return script;
}

}  // namespace kolors::cli
