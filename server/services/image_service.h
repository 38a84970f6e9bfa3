// kolors.v1.ImageService on gRPC's callback API: no thread waits for a call.
#pragma once

#include "core/base/thread_pool.h"
#include "kolors/v1/image_service.grpc.pb.h"
#include "server/metrics/metrics.h"
#include "server/serving.h"

namespace kolors {

class ImageService : public v1::ImageService::CallbackService {
 public:
  // All must outlive the service. pool: encodes pictures.
  ImageService(const Serving& serving, Metrics& metrics, ThreadPool& pool, bool log_prompts)
      : serving_(serving), metrics_(metrics), pool_(pool), log_prompts_(log_prompts) {}

  grpc::ServerWriteReactor<v1::GenerateImagesResponse>* GenerateImages(
      grpc::CallbackServerContext* context, const v1::GenerateImagesRequest* request) override;

 private:
  const Serving& serving_;
  Metrics& metrics_;
  ThreadPool& pool_;
  const bool log_prompts_;
};

}  // namespace kolors
