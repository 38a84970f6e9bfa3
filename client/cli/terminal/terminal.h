// What the stream that people look at can do.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace kolors::cli {

// The value of an environment variable; empty if it is not set.
using Environment = std::function<std::string(const char* name)>;
std::string ProcessEnvironment(const char* name);

struct Terminal {
  bool interactive = false;  // a terminal that understands cursor movement
  int columns = 80;
  int rows = 24;
  int cell_width = 10;  // pixels
  int cell_height = 20;
  bool unicode = true;
  bool color = false;       // 256 colours at least
  bool true_color = false;  // 24 bits
};

// Looks at a file descriptor and at TERM, COLORTERM, NO_COLOR and the locale's variables. Cheap: called
// again whenever the size may have changed.
Terminal InspectTerminal(int fd, const Environment& environment);

}  // namespace kolors::cli
