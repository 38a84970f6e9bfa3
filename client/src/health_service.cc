// Client's calls of grpc.health.v1.
#include <grpc/health/v1/health.grpc.pb.h>

#include "client/src/connection.h"
#include "core/base/status_macros.h"
#include "kolors/client.h"

namespace kolors::client {

namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

ServingStatus FromProto(const HealthCheckResponse& response) {
  switch (response.status()) {
    case HealthCheckResponse::SERVING:
      return ServingStatus::kServing;
    case HealthCheckResponse::NOT_SERVING:
      return ServingStatus::kNotServing;
    case HealthCheckResponse::SERVICE_UNKNOWN:
      return ServingStatus::kServiceUnknown;
    default:
      return ServingStatus::kUnknown;
  }
}

HealthCheckRequest MakeRequest(const std::string& service) {
  HealthCheckRequest request;
  request.set_service(service);
  return request;
}

}  // namespace

std::string_view ServingStatusName(ServingStatus status) {
  switch (status) {
    case ServingStatus::kServing:
      return "SERVING";
    case ServingStatus::kNotServing:
      return "NOT_SERVING";
    case ServingStatus::kServiceUnknown:
      return "SERVICE_UNKNOWN";
    case ServingStatus::kUnknown:
      break;
  }
  return "UNKNOWN";
}

absl::StatusOr<ServingStatus> Client::CheckHealth(const std::string& service) const {
  auto stub = Health::NewStub(connection_->channel());
  HealthCheckResponse response;
  absl::Status status = connection_->Unary([&](grpc::ClientContext* context) {
    return stub->Check(context, MakeRequest(service), &response);
  });
  if (absl::IsNotFound(status)) {
    return absl::NotFoundError("The server has no service named '" + service + "'.");
  }
  RETURN_IF_ERROR(status);
  return FromProto(response);
}

absl::Status Client::WatchHealth(const std::string& service,
                                 const std::function<void(ServingStatus)>& on_status,
                                 std::stop_token stop) const {
  auto stub = Health::NewStub(connection_->channel());
  auto context = connection_->NewContext(std::nullopt);
  std::stop_callback cancel(stop, [&context] { context->TryCancel(); });
  auto stream = stub->Watch(context.get(), MakeRequest(service));
  HealthCheckResponse response;
  bool answered = false;
  while (stream->Read(&response)) {
    answered = true;
    on_status(FromProto(response));
  }
  return FromGrpcStatus(stream->Finish(), connection_->address(), answered);
}

}  // namespace kolors::client
