#include "server/rpc/status.h"

#include <chrono>

#include "core/base/error_details.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace kolors {
namespace {

void AddBadRequest(const ErrorDetails& details, google::rpc::Status& rich) {
  google::rpc::BadRequest bad_request;
  for (const FieldViolation& violation : details.field_violations) {
    auto* field = bad_request.add_field_violations();
    field->set_field(violation.field);
    field->set_description(violation.description);
  }
  rich.add_details()->PackFrom(bad_request);
}

void AddRetryInfo(Duration delay, google::rpc::Status& rich) {
  const auto nanos = std::chrono::duration_cast<std::chrono::nanoseconds>(delay).count();
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(nanos / 1000000000);
  retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(nanos % 1000000000));
  rich.add_details()->PackFrom(retry);
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const std::string message(status.message());
  const ErrorDetails details = GetErrorDetails(status);
  google::rpc::Status rich;
  rich.set_code(static_cast<int>(status.code()));
  rich.set_message(message);
  google::rpc::ErrorInfo info;
  // Both libraries number the codes alike.
  const auto code = static_cast<grpc::StatusCode>(status.code());
  info.set_reason(details.reason.empty() ? StatusCodeName(code) : details.reason);
  info.set_domain("kolors.v1");
  for (const auto& [key, value] : details.metadata) (*info.mutable_metadata())[key] = value;
  rich.add_details()->PackFrom(info);
  if (!details.field_violations.empty()) AddBadRequest(details, rich);
  if (details.retry_delay) AddRetryInfo(*details.retry_delay, rich);
  return grpc::Status(code, message, rich.SerializeAsString());
}

const char* StatusCodeName(grpc::StatusCode code) {
  static constexpr const char* kNames[] = {
      "OK",                  "CANCELLED",          "UNKNOWN",           "INVALID_ARGUMENT", "DEADLINE_EXCEEDED",
      "NOT_FOUND",           "ALREADY_EXISTS",     "PERMISSION_DENIED", "RESOURCE_EXHAUSTED",
      "FAILED_PRECONDITION", "ABORTED",            "OUT_OF_RANGE",      "UNIMPLEMENTED",    "INTERNAL",
      "UNAVAILABLE",         "DATA_LOSS",          "UNAUTHENTICATED"};
  return code >= 0 && code <= 16 ? kNames[code] : "UNKNOWN";
}

}  // namespace kolors
