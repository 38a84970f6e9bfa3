// What a person or a program sees of a running request.
#pragma once

#include <memory>
#include <string>

#include "client/cli/console.h"
#include "client/cli/terminal/preview.h"
#include "kolors/images.h"

namespace kolors::cli {

// Called on one thread, in the order of a request's life; exactly one of OnCompleted and OnFailed
// comes last.
class GenerateView {
 public:
  virtual ~GenerateView() = default;
  virtual void OnRetry(const client::RetryEvent& event) = 0;
  virtual void OnQueued(const client::QueuedEvent& event) = 0;
  virtual void OnStarted(const client::StartedEvent& event) = 0;
  virtual void OnProgress(const client::ProgressEvent& event) = 0;
  virtual void OnPreview(const client::PreviewEvent& event) = 0;
  // path: "-" if the image itself went to standard output.
  virtual void OnSaved(const client::GeneratedImage& image, const std::string& path) = 0;
  virtual void OnCompleted(const client::GenerateResult& result) = 0;
  // Leaves the terminal ready for an error message, which somebody else writes.
  virtual void OnFailed() = 0;
};

// One live line, and pictures above it, on a terminal.
std::unique_ptr<GenerateView> MakeTerminalView(Console& console, PreviewProtocol protocol,
                                               int num_images);
// A line now and then, for logs.
std::unique_ptr<GenerateView> MakePlainView(Console& console);
// One JSON object a line on standard output.
std::unique_ptr<GenerateView> MakeJsonView(Console& console);

// "1 image in 2.4 s (queue 0.0 s, prompt 0.1 s, denoising 2.0 s, decoding 0.2 s), seed 42"
std::string Summarize(const client::GenerateResult& result);
// What OnStarted has to warn of; empty if nothing.
std::string TruncationWarning(const client::StartedEvent& event);
// "the model is loading; trying again in 2.0 s"
std::string DescribeRetry(const client::RetryEvent& event);

}  // namespace kolors::cli
