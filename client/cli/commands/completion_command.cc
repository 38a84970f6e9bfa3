// kolorsctl completion: prints a shell's completion script.
#include <memory>

#include "client/cli/command.h"
#include "client/cli/completion/command_tree.h"
#include "client/cli/completion/scripts.h"
#include "client/cli/exit_code.h"

namespace kolors::cli {

namespace {

constexpr char kFooter[] =
    "bash:  source <(kolorsctl completion bash)                # in ~/.bashrc\n"
    "zsh:   kolorsctl completion zsh > \"${fpath[1]}/_kolorsctl\"\n"
    "fish:  kolorsctl completion fish > ~/.config/fish/completions/kolorsctl.fish\n";

}  // namespace

void AddCompletionCommand(CLI::App& app, CommandContext& context) {
  CLI::App* command = app.add_subcommand("completion", "Print a completion script for a shell");
  command->footer(kFooter);
  auto shell = std::make_shared<std::string>();
  command->add_option("shell", *shell, "The shell")
      ->check(CLI::IsMember({"bash", "zsh", "fish"}))
      ->type_name("")
      ->required();
  command->callback([shell, &app, &context] {
    context.body = [shell, &app, &context] {
      const CommandTree tree = DescribeCommands(app);
      context.console.out << (*shell == "bash"  ? BashCompletion(tree)
                              : *shell == "zsh" ? ZshCompletion(tree)
                                                : FishCompletion(tree))
                          << std::flush;
      return static_cast<int>(kExitOk);
    };
  });
}

}  // namespace kolors::cli
