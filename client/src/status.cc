#include "client/src/status.h"

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/src/time.h"
#include "core/base/error_details.h"

namespace kolors::client {

namespace {

ErrorDetails ReadDetails(const google::rpc::Status& status) {
  ErrorDetails details;
  for (const auto& any : status.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::BadRequest bad_request;
    google::rpc::RetryInfo retry;
    if (any.UnpackTo(&info)) {
      details.reason = info.reason();
      details.metadata = {info.metadata().begin(), info.metadata().end()};
    } else if (any.UnpackTo(&bad_request)) {
      for (const auto& violation : bad_request.field_violations()) {
        details.field_violations.push_back({violation.field(), violation.description()});
      }
    } else if (any.UnpackTo(&retry)) {
      details.retry_delay = FromProto(retry.retry_delay());
    }
  }
  return details;
}

// gRPC's own words end with the cause: "failed to connect to all addresses; last error: UNKNOWN:
// ipv4:127.0.0.1:1: Failed to connect to remote host: Connection refused".
std::string LastCause(const std::string& message) {
  const size_t colon = message.rfind(": ");
  return colon == std::string::npos ? message : message.substr(colon + 2);
}

// The failures that no server had a hand in get a sentence that says where and what.
absl::Status TransportError(const grpc::Status& status, const std::string& address, bool answered) {
  const std::string& message = status.error_message();
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE && answered) {
    return MakeError(absl::StatusCode::kUnavailable,
                     absl::StrCat("The connection to ", address,
                                  " broke before the answer was complete (", LastCause(message),
                                  ")."),
                     {.reason = "CONNECTION_LOST"});
  }
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE) {
    return MakeError(
        absl::StatusCode::kUnavailable,
        absl::StrCat("No server answers at ", address, " (", LastCause(message), ")."),
        {.reason = "SERVER_UNREACHABLE"});
  }
  if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
    return absl::DeadlineExceededError(
        absl::StrCat("The time limit of the call to ", address, " passed",
                     answered ? "." : " before the server answered."));
  }
  if (status.error_code() == grpc::StatusCode::UNIMPLEMENTED) {
    return absl::UnimplementedError(
        absl::StrCat("The server at ", address, " does not know this call: it is not kolorsd, or ",
                     "an older one."));
  }
  if (status.error_code() == grpc::StatusCode::CANCELLED) {
    return absl::CancelledError("The call was cancelled.");
  }
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                      message.empty() ? absl::StrCat("The server at ", address,
                                                     " gave no reason for its error.")
                                      : message);
}

}  // namespace

absl::Status FromGrpcStatus(const grpc::Status& status, const std::string& address,
                            bool answered) {
  if (status.ok()) return absl::OkStatus();
  google::rpc::Status full;
  const bool from_kolorsd = !status.error_details().empty() &&
                            full.ParseFromString(status.error_details()) &&
                            full.details_size() > 0;
  if (!from_kolorsd) return TransportError(status, address, answered);
  return MakeError(static_cast<absl::StatusCode>(status.error_code()), status.error_message(),
                   ReadDetails(full));
}

}  // namespace kolors::client
