// A failed command, told to a person or to a program.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/status.h"
#include "client/cli/console.h"

namespace kolors::cli {

// One sentence, each wrong field on a line of its own, and a hint where there is something to do.
std::string DescribeError(const absl::Status& status, const std::string& server);

// {"event": "error", "code": "INVALID_ARGUMENT", "message": …, "reason": …, "fields": […], …}
nlohmann::json ErrorToJson(const absl::Status& status);

// Writes the description to err and, with json, the object to out. Returns the exit code.
int ReportError(const absl::Status& status, const std::string& server, bool json, Console& console);

}  // namespace kolors::cli
