// Completion scripts for the shells. Each is complete in itself: nothing is asked of the program when
// a person presses Tab. Commands are one level deep.
#pragma once

#include <string>

#include "client/cli/completion/command_tree.h"

namespace kolors::cli {

std::string BashCompletion(const CommandTree& tree);
std::string ZshCompletion(const CommandTree& tree);
std::string FishCompletion(const CommandTree& tree);

}  // namespace kolors::cli
