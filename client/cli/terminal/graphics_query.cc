#include "client/cli/terminal/graphics_query.h"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace kolors::cli {

namespace {

constexpr char kKittyQuery[] = "\033_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\033\\";
constexpr char kDeviceAttributesQuery[] = "\033[c";

bool InMultiplexer(const Environment& environment) {
  const std::string term = environment("TERM");
  return !environment("TMUX").empty() || !environment("STY").empty() ||
         absl::StartsWith(term, "screen") || absl::StartsWith(term, "tmux");
}

// /dev/tty without echo and line buffering while it lives.
class RawTty {
 public:
  RawTty() : fd_(open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) {
    // A background process that changes the terminal would be stopped.
    if (fd_ < 0 || tcgetpgrp(fd_) != getpgrp() || tcgetattr(fd_, &before_) != 0) return;
    termios raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    ready_ = tcsetattr(fd_, TCSANOW, &raw) == 0;
  }
  ~RawTty() {
    if (ready_) tcsetattr(fd_, TCSANOW, &before_);
    if (fd_ >= 0) close(fd_);
  }
  RawTty(const RawTty&) = delete;
  RawTty& operator=(const RawTty&) = delete;

  bool ready() const { return ready_; }

  bool Write(std::string_view text) {
    return write(fd_, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  }

  // What can be read within the timeout; empty: nothing came.
  std::string Read(std::chrono::milliseconds timeout) {
    pollfd wait{.fd = fd_, .events = POLLIN, .revents = 0};
    if (poll(&wait, 1, static_cast<int>(timeout.count())) <= 0) return "";
    char buffer[256];
    const ssize_t got = read(fd_, buffer, sizeof buffer);
    return got > 0 ? std::string(buffer, static_cast<size_t>(got)) : "";
  }

 private:
  int fd_;
  termios before_{};
  bool ready_ = false;
};

}  // namespace

std::optional<PreviewProtocol> ProtocolFromEnvironment(const Terminal& terminal,
                                                       const Environment& environment) {
  if (!terminal.interactive || !terminal.color || !terminal.unicode) return PreviewProtocol::kNone;
  if (InMultiplexer(environment)) return std::nullopt;
  const std::string term = environment("TERM");
  if (term == "xterm-kitty" || term == "xterm-ghostty") return PreviewProtocol::kKitty;
  return std::nullopt;
}

std::optional<PreviewProtocol> ProtocolFromAnswers(std::string_view answers) {
  const absl::string_view text(answers.data(), answers.size());
  const size_t begin = text.find("\033[?");
  if (begin == absl::string_view::npos) return std::nullopt;
  const size_t end = text.find('c', begin);
  if (end == absl::string_view::npos) return std::nullopt;
  if (absl::StrContains(text, "\033_Gi=31;OK")) return PreviewProtocol::kKitty;
  constexpr absl::string_view kSixelAttribute = "4";
  const size_t first = begin + 3;
  for (absl::string_view attribute : absl::StrSplit(text.substr(first, end - first), ';')) {
    if (attribute == kSixelAttribute) return PreviewProtocol::kSixel;
  }
  return PreviewProtocol::kBlocks;
}

PreviewProtocol DetectPreviewProtocol(const Terminal& terminal, const Environment& environment,
                                      std::chrono::milliseconds timeout) {
  if (auto known = ProtocolFromEnvironment(terminal, environment)) return *known;
  RawTty tty;
  if (!tty.ready()) return PreviewProtocol::kBlocks;
  // A multiplexer would take the kitty query for a window title.
  const std::string kitty = InMultiplexer(environment) ? "" : kKittyQuery;
  if (!tty.Write(kitty + kDeviceAttributesQuery)) return PreviewProtocol::kBlocks;
  std::string answers;
  while (true) {
    const std::string more = tty.Read(timeout);
    if (more.empty()) return PreviewProtocol::kBlocks;
    answers += more;
    if (auto protocol = ProtocolFromAnswers(answers)) return *protocol;
  }
}

}  // namespace kolors::cli
