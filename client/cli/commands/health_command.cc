// kolorsctl health: whether the server takes work now.
#include <memory>

#include "client/cli/command.h"
#include "client/cli/exit_code.h"
#include "client/cli/interrupt.h"
#include "client/cli/json_lines.h"

namespace kolors::cli {

namespace {

using client::ServingStatus;

struct HealthFlags {
  std::string service;
  bool watch = false;
};

void Print(const HealthFlags& flags, ServingStatus status, const CommandContext& context) {
  const std::string name(ServingStatusName(status));
  if (context.flags.json) {
    WriteJsonLine(context.console.out, {{"service", flags.service}, {"status", name}});
  } else {
    context.console.out << name << std::endl;
  }
}

int Check(const HealthFlags& flags, const CommandContext& context) {
  const absl::StatusOr<Client> client = context.Connect();
  if (!client.ok()) return context.Fail(client.status());
  const absl::StatusOr<ServingStatus> status = client->CheckHealth(flags.service);
  if (!status.ok()) return context.Fail(status.status());
  Print(flags, *status, context);
  return *status == ServingStatus::kServing ? kExitOk : kExitUnavailable;
}

// Until Ctrl-C, or until the server goes down; what it said last decides the exit code then.
int Watch(const HealthFlags& flags, const CommandContext& context) {
  Interrupt interrupt;
  const absl::StatusOr<Client> client = context.Connect();
  if (!client.ok()) return context.Fail(client.status());
  ServingStatus last = ServingStatus::kUnknown;
  const absl::Status ended = client->WatchHealth(
      flags.service,
      [&](ServingStatus status) {
        last = status;
        Print(flags, status, context);
      },
      interrupt.source().get_token());
  if (interrupt.received()) return kExitInterrupted;
  if (!ended.ok()) return context.Fail(ended);
  return last == ServingStatus::kServing ? kExitOk : kExitUnavailable;
}

}  // namespace

void AddHealthCommand(CLI::App& app, CommandContext& context) {
  CLI::App* command = app.add_subcommand("health", "Say whether the server takes work now");
  auto flags = std::make_shared<HealthFlags>();
  command->add_option("--service", flags->service, "One service [the whole server]")
      ->type_name("NAME");
  command->add_flag("--watch", flags->watch, "Stay, and print every change");
  command->callback([flags, &context] {
    context.body = [flags, &context] {
      return flags->watch ? Watch(*flags, context) : Check(*flags, context);
    };
  });
}

}  // namespace kolors::cli
