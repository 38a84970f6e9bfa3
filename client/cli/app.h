// kolorsctl as a function.
#pragma once

#include <string>
#include <vector>

#include "client/cli/console.h"

namespace kolors::cli {

// arguments: without the program's name. Returns the exit code.
int RunKolorsctl(const std::vector<std::string>& arguments, Console& console);

}  // namespace kolors::cli
