// kolorsctl info: what the server is and can do.
#include "client/cli/command.h"
#include "client/cli/exit_code.h"
#include "client/cli/info_text.h"
#include "client/cli/json_lines.h"

namespace kolors::cli {

namespace {

int Info(const CommandContext& context) {
  const absl::StatusOr<Client> client = context.Connect();
  if (!client.ok()) return context.Fail(client.status());
  const auto info = client->GetServerInfo();
  if (!info.ok()) return context.Fail(info.status());
  if (context.flags.json) {
    WriteJsonLine(context.console.out, InfoToJson(*info));
  } else {
    context.console.out << InfoToText(*info, context.flags.server) << std::flush;
  }
  return kExitOk;
}

}  // namespace

void AddInfoCommand(CLI::App& app, CommandContext& context) {
  app.add_subcommand("info", "Show the server's model, device, memory and limits")
      ->callback([&context] { context.body = [&context] { return Info(context); }; });
}

}  // namespace kolors::cli
