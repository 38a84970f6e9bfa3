// kolorsctl version
#include "client/cli/command.h"
#include "client/cli/exit_code.h"
#include "client/cli/json_lines.h"

namespace kolors::cli {

void AddVersionCommand(CLI::App& app, CommandContext& context) {
  app.add_subcommand("version", "Print this program's version")->callback([&context] {
    context.body = [&context] {
      if (context.flags.json) {
        WriteJsonLine(context.console.out, {{"version", KOLORS_VERSION}});
      } else {
        context.console.out << "kolorsctl " KOLORS_VERSION << std::endl;
      }
      return static_cast<int>(kExitOk);
    };
  });
}

}  // namespace kolors::cli
