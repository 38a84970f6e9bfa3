// kolorsd as an object: main() fills ServerOptions, tests bring an engine of their own.
#pragma once

#include <grpcpp/server.h>

#include <functional>
#include <memory>
#include <thread>

#include "absl/status/statusor.h"
#include "core/base/thread_pool.h"
#include "core/engine/engine.h"
#include "server/metrics/http_server.h"
#include "server/metrics/metrics.h"
#include "server/options.h"
#include "server/services/health_service.h"
#include "server/services/image_service.h"
#include "server/services/model_service.h"
#include "server/serving.h"

namespace kolors {

using EngineFactory = std::function<absl::StatusOr<std::unique_ptr<Engine>>(const EngineOptions&)>;

class Server {
 public:
  // Binds both addresses, then loads the model on a thread of its own; calls that need it answer
  // MODEL_LOADING until then. UNAVAILABLE: an address is taken or not this machine's.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options, EngineFactory make_engine);
  ~Server();

  // Blocks until Shutdown was asked for and everything has ended, or until the model could not be
  // loaded: its status then.
  absl::Status Wait();

  // Asks the server to end; returns at once. Thread-safe. Health says NOT_SERVING, new requests are
  // refused, accepted ones have options.drain_timeout_seconds to finish.
  void Shutdown();

  int port() const { return port_; }
  int metrics_port() const { return http_ ? http_->port() : 0; }

 private:
  Server(const ServerOptions& options, EngineFactory make_engine);
  absl::Status Listen();
  void LoadModel(const EngineFactory& make_engine);
  void Stop();

  const ServerOptions options_;
  Serving serving_;
  Metrics metrics_;
  ThreadPool encode_pool_;
  HealthService health_;
  ModelService model_service_;
  ImageService image_service_;
  std::unique_ptr<HttpServer> http_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> grpc_;

  EngineFactory make_engine_;
  std::thread loader_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  absl::Status load_status_;
};

}  // namespace kolors
