// A client of kolorsd for C++ programs.
//
//   ASSIGN_OR_RETURN(auto client, kolors::Client::Connect("127.0.0.1:50051"));
//   ASSIGN_OR_RETURN(auto result, client.Generate({.prompt = "一只戴围巾的猫"}));
//   WriteFile("cat.png", result.images[0].data);
//
// Every failure is an absl::Status with the server's own sentence; kolors::GetErrorDetails
// (core/base/error_details.h) reads its reason, wrong fields and retry delay. The client adds two
// reasons of its own, both UNAVAILABLE: SERVER_UNREACHABLE, nobody answered; CONNECTION_LOST, the
// connection broke in the middle of an answer.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "kolors/health.h"
#include "kolors/images.h"
#include "kolors/server_info.h"

namespace kolors::client {

// When a call is tried again. Only UNAVAILABLE is, and only before its first answer.
struct RetryOptions {
  // Tries in all for an UNAVAILABLE that says nothing about when to come back. 1: no retry.
  int max_attempts = 3;
  // Wait before the second try; doubles each time.
  Duration initial_backoff = std::chrono::milliseconds(100);
  // Longest sum of waits that the server asked for (RetryInfo), for example while it loads.
  Duration max_announced_wait = std::chrono::seconds(60);
};

struct ClientOptions {
  // Sent as "authorization: Bearer TOKEN" with every call; empty: none. The connection is plaintext:
  // across machines, go through a proxy that speaks TLS.
  std::string token;
  // Limit for one whole Generate call, retries included. Absent: none.
  std::optional<Duration> generate_timeout;
  // The same for the short calls.
  Duration call_timeout = std::chrono::seconds(10);
  RetryOptions retry;
};

class Connection;

// Thread-safe, cheap to copy; copies share one connection.
class Client {
 public:
  // address: HOST:PORT, or unix:PATH. Connects on the first call; fails only if the address cannot be
  // one (INVALID_ARGUMENT).
  static absl::StatusOr<Client> Connect(const std::string& address, ClientOptions options = {});

  // Draws images; blocks until they are here. Callbacks run on the calling thread, one at a time. A
  // requested stop, a passed deadline and an abandoned process all end the work on the server within
  // two denoising steps; the first two answer CANCELLED and DEADLINE_EXCEEDED.
  absl::StatusOr<GenerateResult> Generate(const GenerateOptions& options,
                                          const GenerateEvents& events = {},
                                          std::stop_token stop = {}) const;

  absl::StatusOr<ServerInfo> GetServerInfo() const;

  // service: "" for the whole server, or "kolors.v1.ImageService". NOT_FOUND if it has none so named.
  absl::StatusOr<ServingStatus> CheckHealth(const std::string& service = "") const;
  // Calls on_status with the present status and then at every change, until the stop (CANCELLED), or
  // until the server ends the stream as it goes down (OK).
  absl::Status WatchHealth(const std::string& service,
                           const std::function<void(ServingStatus)>& on_status,
                           std::stop_token stop = {}) const;

 private:
  explicit Client(std::shared_ptr<const Connection> connection);

  std::shared_ptr<const Connection> connection_;
};

}  // namespace kolors::client

namespace kolors {
using client::Client;
using client::ClientOptions;
}  // namespace kolors
