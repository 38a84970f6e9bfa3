#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/completion/scripts.h"

namespace kolors::cli {

namespace {

std::vector<std::string> Spellings(const OptionNode& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.short_names) names.push_back("-" + name);
  for (const std::string& name : option.long_names) names.push_back("--" + name);
  return names;
}

std::string AllSpellings(const CommandTree& command) {
  std::vector<std::string> names;
  for (const OptionNode& option : command.options) {
    for (std::string& name : Spellings(option)) names.push_back(std::move(name));
  }
  return absl::StrJoin(names, " ");
}

// What may follow an option; COMPREPLY as bash wants it.
std::string Reply(const OptionNode& option) {
  switch (option.value) {
    case ValueKind::kChoice:
      return absl::StrCat("COMPREPLY=($(compgen -W '", absl::StrJoin(option.choices, " "),
                          "' -- \"$cur\"))");
    case ValueKind::kPath:
      return "compopt -o filenames; COMPREPLY=($(compgen -f -- \"$cur\"))";
    default:
      return "COMPREPLY=()";
  }
}

// The case branch of one command: values after options first, then options, then the argument.
std::string CommandBranch(const CommandTree& command) {
  std::string values;
  std::string positional = "COMPREPLY=()";
  for (const OptionNode& option : command.options) {
    if (option.positional()) positional = Reply(option);
    if (option.positional() || option.value == ValueKind::kNone) continue;
    absl::StrAppend(&values, "        ", absl::StrJoin(Spellings(option), "|"), ") ",
                    Reply(option), "; return ;;\n");
  }
  return absl::StrCat("    ", command.name, ")\n", "      case \"$prev\" in\n", values,
                      "      esac\n", "      if [[ $cur == -* ]]; then\n",
                      "        COMPREPLY=($(compgen -W '", AllSpellings(command),
                      "' -- \"$cur\"))\n", "      else\n        ", positional, "\n      fi ;;\n");
}

}  // namespace

std::string BashCompletion(const CommandTree& tree) {
  std::vector<std::string> commands;
  std::set<std::string> takes_value;
  std::string branches;
  for (const CommandTree& command : tree.commands) {
    commands.push_back(command.name);
    branches += CommandBranch(command);
  }
  CommandTree root = tree;
  root.name = "''";
  OptionNode command_names{.value = ValueKind::kChoice, .choices = commands};
  root.options.push_back(command_names);
  branches += CommandBranch(root);
  for (const OptionNode& option : tree.options) {
    if (option.value == ValueKind::kNone) continue;
    for (const std::string& name : Spellings(option)) takes_value.insert(name);
  }
  return absl::StrCat(
      "# bash completion of kolorsctl, printed by `kolorsctl completion bash`\n"
      "_kolorsctl() {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command='' i\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    case \"${COMP_WORDS[i]}\" in\n"
      "      ",
      absl::StrJoin(takes_value, "|"), ") ((i++)) ;;\n", "      ", absl::StrJoin(commands, "|"),
      ") command=${COMP_WORDS[i]}; break ;;\n"
      "    esac\n"
      "  done\n"
      "  case \"$command\" in\n",
      branches,
      "    *) compopt -o filenames; COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n"
      "  esac\n"
      "}\n"
      "complete -F _kolorsctl kolorsctl\n");
}

}  // namespace kolors::cli
