// The world as a command sees it; tests hand in another.
#pragma once

#include <functional>
#include <istream>
#include <ostream>

#include "client/cli/terminal/terminal.h"
#include "core/base/clock.h"

namespace kolors::cli {

struct Console {
  std::istream& in;
  std::ostream& out;                   // results only: what a script reads
  std::ostream& err;                   // everything meant for people
  std::function<Terminal()> terminal;  // what err is, as of now
  Environment environment;
  const Clock* clock = Clock::Real();
};

}  // namespace kolors::cli
