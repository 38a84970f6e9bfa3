#include "client/cli/error_report.h"

#include "absl/strings/str_cat.h"
#include "client/cli/exit_code.h"
#include "client/cli/json_lines.h"
#include "client/cli/terminal/progress_line.h"
#include "core/base/error_details.h"

namespace kolors::cli {

namespace {

std::string Hint(const ErrorDetails& details, const std::string& server) {
  if (details.reason == "SERVER_UNREACHABLE") {
    return absl::StrCat("Start one with `kolorsd --model DIR --listen ", server,
                        "`, or name another with --server HOST:PORT or KOLORS_SERVER.");
  }
  if (details.reason == "MODEL_LOADING") {
    return "`kolorsctl health --watch` shows when it is ready.";
  }
  if (details.reason == "TOO_LARGE" || details.reason == "OUT_OF_MEMORY") {
    return "Ask for a smaller --size or a smaller --num-images; `kolorsctl info` shows the memory.";
  }
  if (details.retry_delay) {
    return absl::StrCat("Try again in ", FormatDuration(*details.retry_delay), ".");
  }
  return "";
}

// A server may quote a user's text: no byte of it may steer the terminal.
std::string Printable(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7F ? ' ' : c;
  }
  return out;
}

}  // namespace

std::string DescribeError(const absl::Status& status, const std::string& server) {
  const ErrorDetails details = GetErrorDetails(status);
  std::string text = absl::StrCat("kolorsctl: ", Printable(std::string(status.message())), "\n");
  for (const FieldViolation& violation : details.field_violations) {
    absl::StrAppend(&text, "  ", Printable(violation.field), ": ",
                    Printable(violation.description), "\n");
  }
  if (const std::string hint = Hint(details, server); !hint.empty()) {
    absl::StrAppend(&text, hint, "\n");
  }
  return text;
}

nlohmann::json ErrorToJson(const absl::Status& status) {
  const ErrorDetails details = GetErrorDetails(status);
  nlohmann::json json = {{"event", "error"},
                         {"code", absl::StatusCodeToString(status.code())},
                         {"message", std::string(status.message())}};
  if (!details.reason.empty()) json["reason"] = details.reason;
  if (!details.metadata.empty()) json["metadata"] = details.metadata;
  if (details.retry_delay) json["retry_delay_seconds"] = Seconds(*details.retry_delay);
  for (const FieldViolation& violation : details.field_violations) {
    json["fields"].push_back({{"field", violation.field}, {"description", violation.description}});
  }
  return json;
}

int ReportError(const absl::Status& status, const std::string& server, bool json,
                Console& console) {
  if (json) WriteJsonLine(console.out, ErrorToJson(status));
  console.err << DescribeError(status, server) << std::flush;
  return ExitCodeFor(status);
}

}  // namespace kolors::cli
