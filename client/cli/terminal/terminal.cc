#include "client/cli/terminal/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace kolors::cli {

namespace {

// Only a locale that names another encoding speaks against UTF-8: containers often set none at all.
bool SpeaksUnicode(const Environment& environment) {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string locale = absl::AsciiStrToLower(environment(name));
    if (locale.empty()) continue;
    return absl::StrContains(locale, "utf-8") || absl::StrContains(locale, "utf8");
  }
  return true;
}

void ReadSize(int fd, Terminal& terminal) {
  winsize size{};
  if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return;
  terminal.columns = size.ws_col;
  terminal.rows = size.ws_row;
  if (size.ws_xpixel == 0 || size.ws_ypixel == 0) return;
  terminal.cell_width = size.ws_xpixel / size.ws_col;
  terminal.cell_height = size.ws_ypixel / size.ws_row;
}

}  // namespace

std::string ProcessEnvironment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Terminal InspectTerminal(int fd, const Environment& environment) {
  Terminal terminal;
  const std::string term = environment("TERM");
  terminal.interactive = isatty(fd) && !term.empty() && term != "dumb";
  if (!terminal.interactive) return terminal;
  ReadSize(fd, terminal);
  terminal.unicode = SpeaksUnicode(environment);
  terminal.color = environment("NO_COLOR").empty() && term != "linux";
  const std::string color_term = environment("COLORTERM");
  terminal.true_color = terminal.color && (color_term == "truecolor" || color_term == "24bit");
  return terminal;
}

}  // namespace kolors::cli
