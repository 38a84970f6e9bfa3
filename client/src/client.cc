#include "kolors/client.h"

#include <utility>

#include "client/src/connection.h"
#include "core/base/error_details.h"

namespace kolors::client {

namespace {

// A refused connection must not make the quick retries of a starting server useless.
constexpr int kReconnectBackoffMs = 100;
constexpr int kMaxReconnectBackoffMs = 2000;

grpc::ChannelArguments ChannelArguments() {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectBackoffMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kReconnectBackoffMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxReconnectBackoffMs);
  // Retries are this library's: gRPC's own would hide the server's RetryInfo.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetUserAgentPrefix("kolors-client/" KOLORS_VERSION);
  return arguments;
}

}  // namespace

Connection::Connection(std::string address, ClientOptions options)
    : address_(std::move(address)),
      options_(std::move(options)),
      channel_(grpc::CreateCustomChannel(address_, grpc::InsecureChannelCredentials(),
                                         ChannelArguments())) {}

std::unique_ptr<grpc::ClientContext> Connection::NewContext(
    std::optional<TimePoint> deadline) const {
  auto context = std::make_unique<grpc::ClientContext>();
  if (deadline) {
    context->set_deadline(std::chrono::system_clock::now() + (*deadline - Clock::Real()->Now()));
  }
  if (!options_.token.empty()) context->AddMetadata("authorization", "Bearer " + options_.token);
  return context;
}

absl::StatusOr<Client> Client::Connect(const std::string& address, ClientOptions options) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == address.size()) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     "The server address '" + address + "' is not HOST:PORT, as in 127.0.0.1:50051.",
                     {.reason = "BAD_ADDRESS"});
  }
  return Client(std::make_shared<Connection>(address, std::move(options)));
}

Client::Client(std::shared_ptr<const Connection> connection) : connection_(std::move(connection)) {}

}  // namespace kolors::client
