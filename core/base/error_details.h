// What an absl::Status carries beyond code and sentence, so that the server can answer with a full
// google.rpc.Status and no layer below it knows protobuf.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/base/clock.h"

namespace kolors {

struct FieldViolation {
  std::string field;        // path as in the proto: "adapters[1].scale"
  std::string description;  // "must be a multiple of 8 from 64 to 2048, is 7"
};

struct ErrorDetails {
  std::string reason;  // [A-Z][A-Z0-9_]+[A-Z0-9], at most 63 characters: "QUEUE_FULL"
  std::map<std::string, std::string> metadata;
  std::optional<Duration> retry_delay;
  std::vector<FieldViolation> field_violations;
};

// message: what is wrong, where, and what to do. code must not be OK.
absl::Status MakeError(absl::StatusCode code, std::string message, const ErrorDetails& details);

// What MakeError put in; empty for a status made otherwise.
ErrorDetails GetErrorDetails(const absl::Status& status);

}  // namespace kolors
