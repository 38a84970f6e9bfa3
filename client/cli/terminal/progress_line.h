// One line of text that says how far a request is.
#pragma once

#include <optional>
#include <string>

#include "client/cli/terminal/terminal.h"
#include "core/base/clock.h"

namespace kolors::cli {

// "0.4 s", "42 s", "3 min 20 s", "2 h 5 min".
std::string FormatDuration(Duration duration);

struct Progress {
  std::string label;  // "drawing"
  int step = 0;
  int total_steps = 0;
  std::optional<Duration> remaining;
};

// "drawing  ━━━━━━╸─────────  23/50  46%  1.9 s left", at most terminal.columns - 1 wide; the bar
// shrinks and goes first when there is little room.
std::string RenderProgress(const Progress& progress, const Terminal& terminal);

// "waiting  3 requests ahead, about 12 s"
std::string RenderQueue(int position, std::optional<Duration> estimated_wait);

}  // namespace kolors::cli
