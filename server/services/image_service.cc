#include "server/services/image_service.h"

#include <chrono>
#include <optional>

#include "server/services/generate_call.h"

namespace kolors {
namespace {

// gRPC counts in wall time, the engine in steady time.
std::optional<TimePoint> Deadline(const grpc::CallbackServerContext& context) {
  using std::chrono::system_clock;
  const auto left = context.deadline() - system_clock::now();
  if (left > std::chrono::hours(24 * 365)) return std::nullopt;
  return Clock::Real()->Now() + std::chrono::duration_cast<Duration>(left);
}

}  // namespace

grpc::ServerWriteReactor<v1::GenerateImagesResponse>* ImageService::GenerateImages(
    grpc::CallbackServerContext* context, const v1::GenerateImagesRequest* request) {
  const auto call = GenerateCall::Create(*request, context->peer(), metrics_, pool_, log_prompts_);
  call->Begin(serving_.engine(), Deadline(*context));
  return call.get();
}

}  // namespace kolors
