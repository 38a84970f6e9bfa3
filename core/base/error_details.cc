#include "core/base/error_details.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/cord.h"
#include "core/base/check.h"

namespace kolors {

namespace {
constexpr char kPayload[] = "kolors/error-details";
}

absl::Status MakeError(absl::StatusCode code, std::string message, const ErrorDetails& details) {
  KOLORS_CHECK(code != absl::StatusCode::kOk) << message;
  nlohmann::json json = {{"reason", details.reason}, {"metadata", details.metadata}};
  if (details.retry_delay) json["retry_delay"] = Seconds(*details.retry_delay);
  for (const FieldViolation& violation : details.field_violations) {
    json["fields"].push_back({violation.field, violation.description});
  }
  absl::Status status(code, message);
  // A user's bytes may reach a description: what is not UTF-8 is replaced, never thrown at.
  status.SetPayload(
      kPayload, absl::Cord(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)));
  return status;
}

ErrorDetails GetErrorDetails(const absl::Status& status) {
  ErrorDetails details;
  auto payload = status.GetPayload(kPayload);
  if (!payload) return details;
  nlohmann::json json = nlohmann::json::parse(std::string(*payload));
  details.reason = json["reason"];
  details.metadata = json["metadata"].get<std::map<std::string, std::string>>();
  if (json.contains("retry_delay")) details.retry_delay = FromSeconds(json["retry_delay"]);
  if (json.contains("fields")) {
    for (const auto& field : json["fields"])
      details.field_violations.push_back({field[0], field[1]});
  }
  return details;
}

}  // namespace kolors
