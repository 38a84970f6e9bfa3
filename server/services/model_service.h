// kolors.v1.ModelService: what this server is and can do.
#pragma once

#include "kolors/v1/model_service.grpc.pb.h"
#include "server/metrics/metrics.h"
#include "server/serving.h"

namespace kolors {

class ModelService : public v1::ModelService::CallbackService {
 public:
  // Both must outlive the service.
  ModelService(const Serving& serving, Metrics& metrics) : serving_(serving), metrics_(metrics) {}

  grpc::ServerUnaryReactor* GetServerInfo(grpc::CallbackServerContext* context,
                                          const v1::GetServerInfoRequest* request,
                                          v1::GetServerInfoResponse* response) override;
  grpc::ServerUnaryReactor* ListModels(grpc::CallbackServerContext* context, const v1::ListModelsRequest* request,
                                       v1::ListModelsResponse* response) override;

 private:
  const Serving& serving_;
  Metrics& metrics_;
};

}  // namespace kolors
