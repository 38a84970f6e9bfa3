// grpc.health.v1.Health, ours, because its Watch streams must end when the server goes down.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "grpc/health/v1/health.grpc.pb.h"
#include "server/serving.h"

namespace kolors {

// Thread-safe. Knows "" (the whole server), kolors.v1.ImageService and kolors.v1.ModelService (always
// serving: it answers while the model loads).
class HealthService : public grpc::health::v1::Health::CallbackService {
 public:
  class Watcher;

  ~HealthService() override;

  // Every watcher hears of it.
  void SetState(ServingState state);
  // Ends every Watch stream, present and future, with OK after the last status was written.
  void EndWatches();

  grpc::ServerUnaryReactor* Check(grpc::CallbackServerContext* context,
                                  const grpc::health::v1::HealthCheckRequest* request,
                                  grpc::health::v1::HealthCheckResponse* response) override;
  grpc::ServerWriteReactor<grpc::health::v1::HealthCheckResponse>* Watch(
      grpc::CallbackServerContext* context, const grpc::health::v1::HealthCheckRequest* request) override;

 private:
  using Status = grpc::health::v1::HealthCheckResponse::ServingStatus;
  Status StatusOf(const std::string& service) const;  // under mutex_

  std::mutex mutex_;
  ServingState state_ = ServingState::kLoading;
  bool ending_ = false;
  std::set<std::shared_ptr<Watcher>> watchers_;
};

}  // namespace kolors
