// kolorsctl generate: draws images and writes them to files.
#include <algorithm>
#include <memory>

#include "client/cli/command.h"
#include "client/cli/exit_code.h"
#include "client/cli/generate/generate_flags.h"
#include "client/cli/generate/output_plan.h"
#include "client/cli/generate/view.h"
#include "client/cli/interrupt.h"
#include "client/cli/terminal/graphics_query.h"
#include "core/base/status_macros.h"

namespace kolors::cli {

namespace {

PreviewProtocol ChooseProtocol(const std::string& flag, const Console& console,
                               const Terminal& terminal) {
  if (flag == "kitty") return PreviewProtocol::kKitty;
  if (flag == "sixel") return PreviewProtocol::kSixel;
  if (flag == "blocks") return PreviewProtocol::kBlocks;
  if (flag == "none") return PreviewProtocol::kNone;
  return DetectPreviewProtocol(terminal, console.environment);
}

// Ten previews on the way are enough to watch a picture grow.
int DefaultPreviewInterval(int num_inference_steps) {
  constexpr int kServersDefaultSteps = 50;
  const int steps = num_inference_steps > 0 ? num_inference_steps : kServersDefaultSteps;
  return std::max(1, steps / 10);
}

// Also settles options.preview_interval_steps where no flag does.
std::unique_ptr<GenerateView> ChooseView(const GenerateFlags& flags, bool json, Console& console,
                                         client::GenerateOptions& options) {
  if (json) return MakeJsonView(console);
  const Terminal terminal = console.terminal();
  if (!terminal.interactive) return MakePlainView(console);
  const PreviewProtocol protocol = ChooseProtocol(flags.preview, console, terminal);
  if (protocol != PreviewProtocol::kNone && !flags.preview_interval_steps) {
    options.preview_interval_steps = DefaultPreviewInterval(options.num_inference_steps);
  }
  return MakeTerminalView(console, protocol, std::max(1, options.num_images));
}

client::GenerateEvents EventsTo(GenerateView& view) {
  return {.on_retry = [&](const auto& event) { view.OnRetry(event); },
          .on_queued = [&](const auto& event) { view.OnQueued(event); },
          .on_started = [&](const auto& event) { view.OnStarted(event); },
          .on_progress = [&](const auto& event) { view.OnProgress(event); },
          .on_preview = [&](const auto& event) { view.OnPreview(event); }};
}

// Draws, and saves each image as soon as it is whole. A file that cannot be written ends the drawing.
absl::Status Draw(const Client& client, const client::GenerateOptions& options,
                  const OutputPlan& output, GenerateView& view, Interrupt& interrupt,
                  Console& console) {
  absl::Status saved;
  client::GenerateEvents events = EventsTo(view);
  events.on_image = [&](const client::GeneratedImage& image) {
    if (!saved.ok()) return;
    absl::StatusOr<std::string> path = output.Save(image, console.out);
    saved = path.status();
    if (path.ok()) {
      view.OnSaved(image, *path);
    } else {
      interrupt.source().request_stop();
    }
  };
  const auto result = client.Generate(options, events, interrupt.source().get_token());
  if (saved.ok() && result.ok()) {
    view.OnCompleted(*result);
    return absl::OkStatus();
  }
  view.OnFailed();
  return saved.ok() ? result.status() : saved;
}

absl::Status Generate(const GenerateFlags& flags, const CommandContext& context) {
  ASSIGN_OR_RETURN(client::GenerateOptions options, MakeGenerateOptions(flags, context.console.in));
  ASSIGN_OR_RETURN(const OutputPlan output,
                   OutputPlan::Make(flags.output, options.format, std::max(1, options.num_images),
                                    flags.force));
  if (output.to_stdout() && context.flags.json) {
    return absl::InvalidArgumentError("--json and --output - both want standard output.");
  }
  Interrupt interrupt;
  ASSIGN_OR_RETURN(const Client client, context.Connect());
  const auto view = ChooseView(flags, context.flags.json, context.console, options);
  absl::Status status = Draw(client, options, output, *view, interrupt, context.console);
  if (interrupt.received() && !status.ok()) return absl::CancelledError("Interrupted.");
  return status;
}

}  // namespace

void AddGenerateCommand(CLI::App& app, CommandContext& context) {
  CLI::App* command = app.add_subcommand("generate", "Draw images from a prompt");
  auto flags = std::make_shared<GenerateFlags>();
  AddGenerateFlags(*command, *flags);
  command->callback([flags, &context] {
    context.body = [flags, &context] {
      const absl::Status status = Generate(*flags, context);
      return status.ok() ? static_cast<int>(kExitOk) : context.Fail(status);
    };
  });
}

}  // namespace kolors::cli
