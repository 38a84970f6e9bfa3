#include "server/services/health_service.h"

#include <optional>
#include <utility>
#include <vector>

namespace kolors {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

// One Watch stream. Only the latest status waits to be written.
class HealthService::Watcher : public grpc::ServerWriteReactor<HealthCheckResponse>,
                               public std::enable_shared_from_this<Watcher> {
 public:
  Watcher(HealthService& service, std::string name) : service_(service), name_(std::move(name)) {}

  const std::string& name() const { return name_; }

  void Send(HealthCheckResponse::ServingStatus status) {
    {
      std::lock_guard lock(mutex_);
      if (status == last_) return;
      last_ = next_ = status;
    }
    Pump();
  }
  void End() {
    {
      std::lock_guard lock(mutex_);
      ending_ = true;
    }
    Pump();
  }

  void OnWriteDone(bool ok) override {
    auto self = shared_from_this();
    {
      std::lock_guard lock(mutex_);
      writing_ = false;
      if (!ok) Abandon();
    }
    Pump();
  }
  void OnCancel() override {
    auto self = shared_from_this();
    {
      std::lock_guard lock(mutex_);
      Abandon();
    }
    Pump();
  }
  void OnDone() override {
    auto self = shared_from_this();
    std::lock_guard lock(service_.mutex_);
    service_.watchers_.erase(self);
  }

 private:
  void Abandon() {
    next_.reset();
    ending_ = true;
  }
  void Pump() {
    {
      std::lock_guard lock(mutex_);
      if (writing_ || finished_) return;
      if (next_) {
        message_.set_status(*std::exchange(next_, std::nullopt));
        writing_ = true;
      } else if (ending_) {
        finished_ = true;
      } else {
        return;
      }
    }
    if (finished_) {
      Finish(grpc::Status::OK);
    } else {
      StartWrite(&message_);
    }
  }

  HealthService& service_;
  const std::string name_;
  std::mutex mutex_;
  HealthCheckResponse message_;
  std::optional<HealthCheckResponse::ServingStatus> last_, next_;
  bool writing_ = false, ending_ = false, finished_ = false;
};

HealthService::~HealthService() = default;

HealthService::Status HealthService::StatusOf(const std::string& service) const {
  if (service.empty() || service == "kolors.v1.ImageService") {
    return state_ == ServingState::kServing ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
  }
  if (service == "kolors.v1.ModelService") {
    return state_ == ServingState::kDraining ? HealthCheckResponse::NOT_SERVING : HealthCheckResponse::SERVING;
  }
  return HealthCheckResponse::SERVICE_UNKNOWN;
}

void HealthService::SetState(ServingState state) {
  std::vector<std::pair<std::shared_ptr<Watcher>, Status>> news;
  {
    std::lock_guard lock(mutex_);
    state_ = state;
    for (const auto& watcher : watchers_) news.emplace_back(watcher, StatusOf(watcher->name()));
  }
  for (const auto& [watcher, status] : news) watcher->Send(status);
}

void HealthService::EndWatches() {
  std::vector<std::shared_ptr<Watcher>> watchers;
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
    watchers.assign(watchers_.begin(), watchers_.end());
  }
  for (const auto& watcher : watchers) watcher->End();
}

grpc::ServerUnaryReactor* HealthService::Check(grpc::CallbackServerContext* context,
                                               const HealthCheckRequest* request, HealthCheckResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  std::lock_guard lock(mutex_);
  const Status status = StatusOf(request->service());
  response->set_status(status);
  reactor->Finish(status == HealthCheckResponse::SERVICE_UNKNOWN
                      ? grpc::Status(grpc::StatusCode::NOT_FOUND, "no service '" + request->service() + "' here")
                      : grpc::Status::OK);
  return reactor;
}

grpc::ServerWriteReactor<HealthCheckResponse>* HealthService::Watch(grpc::CallbackServerContext*,
                                                                    const HealthCheckRequest* request) {
  auto watcher = std::make_shared<Watcher>(*this, request->service());
  Status status;
  bool ending;
  {
    std::lock_guard lock(mutex_);
    watchers_.insert(watcher);
    status = StatusOf(request->service());
    ending = ending_;
  }
  watcher->Send(status);
  if (ending) watcher->End();
  return watcher.get();
}

}  // namespace kolors
