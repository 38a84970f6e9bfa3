// What kolorsctl's exit code means; docs/kolorsctl.md has the same table.
#pragma once

#include "absl/status/status.h"

namespace kolors::cli {

enum ExitCode : int {
  kExitOk = 0,
  kExitFailure = 1,
  kExitUsage = 2,        // a flag, or a value that the server refused
  kExitUnavailable = 3,  // unreachable, loading, draining, queue full: later may help
  kExitDeadline = 4,
  kExitNotFound = 5,
  kExitInterrupted = 130,
};

ExitCode ExitCodeFor(const absl::Status& status);

}  // namespace kolors::cli
