#include "client/cli/command.h"

#include "absl/strings/ascii.h"
#include "client/cli/error_report.h"
#include "client/cli/files.h"
#include "core/base/status_macros.h"

namespace kolors::cli {

absl::StatusOr<Client> CommandContext::Connect() const {
  ClientOptions options;
  if (flags.timeout_seconds) {
    options.generate_timeout = FromSeconds(*flags.timeout_seconds);
    options.call_timeout = *options.generate_timeout;
  }
  if (!flags.token_file.empty()) {
    ASSIGN_OR_RETURN(const std::string token, ReadFile(flags.token_file));
    options.token = std::string(absl::StripAsciiWhitespace(token));
  }
  return Client::Connect(flags.server, std::move(options));
}

int CommandContext::Fail(const absl::Status& status) const {
  return ReportError(status, flags.server, flags.json, console);
}

}  // namespace kolors::cli
