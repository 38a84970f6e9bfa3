// absl::Status to gRPC, once, with google.rpc details.
#pragma once

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace kolors {

// ErrorInfo (domain kolors.v1) always; BadRequest and RetryInfo where the status has field violations or
// a delay.
grpc::Status ToGrpcStatus(const absl::Status& status);

// "INVALID_ARGUMENT", as metrics and logs spell codes.
const char* StatusCodeName(grpc::StatusCode code);

}  // namespace kolors
