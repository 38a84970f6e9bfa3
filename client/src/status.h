// gRPC's status, with its google.rpc.Status details, as absl::Status.
#pragma once

#include <grpcpp/support/status.h>

#include <string>

#include "absl/status/status.h"

namespace kolors::client {

// answered: the server had sent a message before the call ended. address: named in the sentence when
// the failure is the connection's and not the server's.
absl::Status FromGrpcStatus(const grpc::Status& status, const std::string& address, bool answered);

}  // namespace kolors::client
