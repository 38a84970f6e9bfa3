// Whole files in and out.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace kolors::cli {

absl::StatusOr<std::string> ReadFile(const std::string& path);

// Writes to a temporary name beside `path`, then renames: the name never shows half a file. Without
// `replace` an existing file stays, and the answer is ALREADY_EXISTS.
absl::Status WriteFileAtomically(const std::string& path, std::string_view data, bool replace);

}  // namespace kolors::cli
