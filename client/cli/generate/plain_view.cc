#include <optional>

#include "client/cli/generate/view.h"
#include "client/cli/terminal/progress_line.h"

namespace kolors::cli {

namespace {

constexpr Duration kBetweenLines = std::chrono::seconds(10);

class PlainView : public GenerateView {
 public:
  explicit PlainView(Console& console) : console_(console), last_line_(console.clock->Now()) {}

  void OnRetry(const client::RetryEvent& event) override { Say(DescribeRetry(event)); }
  void OnQueued(const client::QueuedEvent& event) override {
    if (event.position > 0) SayNowAndThen(RenderQueue(event.position, event.estimated_wait));
  }
  void OnStarted(const client::StartedEvent& event) override {
    if (const std::string warning = TruncationWarning(event); !warning.empty()) Say(warning);
  }
  void OnProgress(const client::ProgressEvent& event) override {
    // As narrow a line as there is: no bar.
    SayNowAndThen(RenderProgress(
        {"drawing", event.step, event.total_steps, event.estimated_remaining}, {.columns = 0}));
  }
  void OnPreview(const client::PreviewEvent&) override {}
  void OnSaved(const client::GeneratedImage&, const std::string& path) override {
    if (path != "-") console_.out << path << std::endl;
  }
  void OnCompleted(const client::GenerateResult& result) override { Say(Summarize(result)); }
  void OnFailed() override {}

 private:
  void Say(const std::string& line) {
    console_.err << line << std::endl;
    last_line_ = console_.clock->Now();
  }
  void SayNowAndThen(const std::string& line) {
    if (console_.clock->Now() - last_line_ >= kBetweenLines) Say(line);
  }

  Console& console_;
  TimePoint last_line_;
};

}  // namespace

std::unique_ptr<GenerateView> MakePlainView(Console& console) {
  return std::make_unique<PlainView>(console);
}

}  // namespace kolors::cli
