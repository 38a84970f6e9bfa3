// One channel to one server, and what every call on it shares: deadline, token, cancellation, retries.
#pragma once

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "absl/status/status.h"
#include "client/src/retry.h"
#include "client/src/status.h"
#include "kolors/client.h"

namespace kolors::client {

// Thread-safe.
class Connection {
 public:
  Connection(std::string address, ClientOptions options);

  const std::string& address() const { return address_; }
  const ClientOptions& options() const { return options_; }
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

  // A context for one try, with the token in it.
  std::unique_ptr<grpc::ClientContext> NewContext(std::optional<TimePoint> deadline) const;

  // One short call, with deadline and retries. call: grpc::Status(grpc::ClientContext*).
  template <typename Call>
  absl::Status Unary(Call call) const;

 private:
  std::string address_;
  ClientOptions options_;
  std::shared_ptr<grpc::Channel> channel_;
};

template <typename Call>
absl::Status Connection::Unary(Call call) const {
  const TimePoint deadline = Clock::Real()->Now() + options_.call_timeout;
  return RunWithRetries(options_.retry, deadline, {}, nullptr, [&] {
    auto context = NewContext(deadline);
    return Attempt{FromGrpcStatus(call(context.get()), address_, /*answered=*/false), true};
  });
}

}  // namespace kolors::client
