// Sentences that more than one view says.
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/cli/generate/view.h"
#include "client/cli/terminal/progress_line.h"

namespace kolors::cli {

std::string Summarize(const client::GenerateResult& result) {
  const auto& images = result.images;
  const auto& timings = result.timings;
  std::string text = absl::StrCat(
      images.size(), images.size() == 1 ? " image in " : " images in ",
      FormatDuration(timings.total), " (queue ", FormatDuration(timings.queue), ", prompt ",
      FormatDuration(timings.encode_prompt), ", denoising ", FormatDuration(timings.denoise),
      ", decoding ", FormatDuration(timings.decode), ")");
  if (images.size() == 1) absl::StrAppend(&text, ", seed ", images.front().seed);
  if (images.size() > 1) {
    absl::StrAppend(&text, ", seeds ", images.front().seed, " to ", images.back().seed);
  }
  return text;
}

std::string TruncationWarning(const client::StartedEvent& event) {
  if (!event.prompt_truncated) return "";
  return absl::StrCat("warning: the prompt's ", event.prompt_tokens,
                      " tokens are more than the model reads; its end was cut");
}

std::string DescribeRetry(const client::RetryEvent& event) {
  const std::string cause(event.cause.message());
  return absl::StrCat(absl::StripSuffix(cause, "."), "; trying again in ",
                      FormatDuration(event.delay));
}

}  // namespace kolors::cli
