#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client/cli/completion/scripts.h"

namespace kolors::cli {

namespace {

// For the inside of single quotes, in a place where [ ] and : mean something to _arguments.
std::string Escape(const std::string& text) {
  return absl::StrReplaceAll(text,
                             {{"'", "'\\''"}, {"[", "\\["}, {"]", "\\]"}, {":", "\\:"}});
}

std::string Action(const OptionNode& option) {
  switch (option.value) {
    case ValueKind::kChoice:
      return absl::StrCat("(", absl::StrJoin(option.choices, " "), ")");
    case ValueKind::kPath:
      return "_files";
    default:
      return " ";
  }
}

// One line of _arguments for each spelling: '--size=[Width and height]:value:_files'
std::string ArgumentLines(const CommandTree& command) {
  std::string lines;
  auto add = [&](const OptionNode& option, const std::string& name, const char* joint) {
    absl::StrAppend(&lines, "        '", name);
    if (option.value != ValueKind::kNone) lines += joint;
    absl::StrAppend(&lines, "[", Escape(option.description), "]");
    if (option.value != ValueKind::kNone) absl::StrAppend(&lines, ":value:", Action(option));
    lines += "' \\\n";
  };
  for (const OptionNode& option : command.options) {
    if (option.positional()) {
      absl::StrAppend(&lines, "        '1:", Escape(option.description), ":", Action(option),
                      "' \\\n");
    }
    for (const std::string& name : option.short_names) add(option, "-" + name, "+");
    for (const std::string& name : option.long_names) add(option, "--" + name, "=");
  }
  return lines;
}

}  // namespace

std::string ZshCompletion(const CommandTree& tree) {
  std::string descriptions;
  std::string branches;
  for (const CommandTree& command : tree.commands) {
    absl::StrAppend(&descriptions, "        '", command.name, ":", Escape(command.description),
                    "'\n");
    // A command without arguments of its own hands over to another program: files, most likely.
    const std::string lines = ArgumentLines(command);
    absl::StrAppend(&branches, "        ", command.name, ")\n          ",
                    lines.empty() ? "_files" : absl::StrCat("_arguments \\\n", lines, "        "),
                    " ;;\n");
  }
  return absl::StrCat(
      "#compdef kolorsctl\n"
      "# zsh completion of kolorsctl, printed by `kolorsctl completion zsh`\n"
      "_kolorsctl() {\n"
      "  local state line\n"
      "  _arguments -C \\\n",
      ArgumentLines(tree),
      "        '1:command:->command' \\\n"
      "        '*::argument:->argument'\n"
      "  case $state in\n"
      "    command)\n"
      "      local -a commands=(\n",
      descriptions,
      "      )\n"
      "      _describe command commands ;;\n"
      "    argument)\n"
      "      case $line[1] in\n",
      branches,
      "      esac ;;\n"
      "  esac\n"
      "}\n"
      "if [[ $funcstack[1] == _kolorsctl ]]; then _kolorsctl \"$@\"; else compdef _kolorsctl "
      "kolorsctl; fi\n");
}

}  // namespace kolors::cli
