// /metrics, /healthz and /readyz over HTTP, for Prometheus and for probes.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/metrics/metrics.h"
#include "server/serving.h"

namespace kolors {

// Serves until it is destroyed. /healthz: 200 while the device works, 503 after it was lost. /readyz: 200
// while new requests are accepted, else 503 with the reason.
class HttpServer {
 public:
  // address: HOST:PORT; port 0: any free one. metrics and serving must outlive the server.
  // UNAVAILABLE: the address is taken or not this machine's.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const std::string& address, Metrics& metrics,
                                                           const Serving& serving);
  virtual ~HttpServer() = default;
  virtual int port() const = 0;
};

}  // namespace kolors
