#include "client/cli/terminal/progress_line.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace kolors::cli {

namespace {

constexpr int kWidestBar = 40;
constexpr int kNarrowestBar = 8;

std::string Repeat(absl::string_view text, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out.append(text.data(), text.size());
  return out;
}

std::string RenderBar(double fraction, int width, const Terminal& terminal) {
  const int halves = static_cast<int>(std::floor(fraction * width * 2));
  const int full = halves / 2;
  if (!terminal.unicode) {
    const bool head = full < width;
    return Repeat("=", full) + (head ? ">" : "") + Repeat(".", width - full - (head ? 1 : 0));
  }
  const bool half = halves % 2 == 1;
  const std::string done = Repeat("━", full) + (half ? "╸" : "");
  const std::string open = Repeat("─", width - full - (half ? 1 : 0));
  if (!terminal.color) return done + open;
  return absl::StrCat("\033[32m", done, "\033[0;2m", open, "\033[0m");
}

}  // namespace

std::string FormatDuration(Duration duration) {
  const double seconds = std::max(0.0, Seconds(duration));
  if (seconds < 9.95) return absl::StrFormat("%.1f s", seconds);
  const int64_t whole = std::llround(seconds);
  if (whole < 60) return absl::StrCat(whole, " s");
  if (whole < 3600) return absl::StrCat(whole / 60, " min ", whole % 60, " s");
  return absl::StrCat(whole / 3600, " h ", whole % 3600 / 60, " min");
}

std::string RenderProgress(const Progress& progress, const Terminal& terminal) {
  const int total = std::max(1, progress.total_steps);
  const int step = std::clamp(progress.step, 0, total);
  const std::string count = absl::StrFormat("%*d/%d  %3d%%", absl::StrCat(total).size(), step,
                                            total, static_cast<int64_t>(step) * 100 / total);
  const std::string left =
      progress.remaining ? absl::StrCat("  ", FormatDuration(*progress.remaining), " left") : "";
  // The time left comes and goes and changes its length: room for it is kept, so the bar stays.
  constexpr int kRoomForTime = 18;
  const int room = terminal.columns - 1 - static_cast<int>(progress.label.size() + count.size()) -
                   4 - kRoomForTime;
  const int width = std::min(room, kWidestBar);
  const std::string bar =
      width < kNarrowestBar
          ? ""
          : absl::StrCat(RenderBar(static_cast<double>(step) / total, width, terminal), "  ");
  return absl::StrCat(progress.label, "  ", bar, count, left);
}

std::string RenderQueue(int position, std::optional<Duration> estimated_wait) {
  const std::string place =
      position <= 0   ? "next in line"
      : position == 1 ? "1 request ahead"
                      : absl::StrCat(position, " requests ahead");
  return absl::StrCat("waiting  ", place,
                      estimated_wait ? ", about " + FormatDuration(*estimated_wait) : "");
}

}  // namespace kolors::cli
