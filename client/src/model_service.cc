// Client's calls of ModelService.
#include <kolors/v1/model_service.grpc.pb.h>

#include "client/src/connection.h"
#include "proto/enum_names.h"
#include "core/base/status_macros.h"
#include "kolors/client.h"

namespace kolors::client {

namespace {

ModelInfo FromProto(const v1::Model& model) {
  return {.name = model.name(),
          .layout = EnumName(model.layout()),
          .precision = EnumName(model.precision()),
          .text_encoder_parameters = model.text_encoder_parameters(),
          .unet_parameters = model.unet_parameters(),
          .vae_parameters = model.vae_parameters(),
          .digest = model.digest(),
          .default_size = model.default_size(),
          .default_sampler = EnumName(model.default_sampler()),
          .max_prompt_tokens = model.max_prompt_tokens()};
}

DeviceInfo FromProto(const v1::Device& device) {
  return {.id = device.id(),
          .name = device.name(),
          .compute_capability = device.compute_capability(),
          .memory_total_bytes = device.memory_total_bytes(),
          .memory_used_bytes = device.memory_used_bytes()};
}

ServerLimits FromProto(const v1::Limits& limits) {
  return {.min_size = limits.min_size(),
          .max_size = limits.max_size(),
          .size_multiple = limits.size_multiple(),
          .max_num_inference_steps = limits.max_num_inference_steps(),
          .max_num_images = limits.max_num_images(),
          .max_prompt_bytes = limits.max_prompt_bytes(),
          .max_adapters = limits.max_adapters(),
          .max_queued_requests = limits.max_queued_requests()};
}

ServerInfo FromProto(const v1::GetServerInfoResponse& response) {
  ServerInfo info{.version = response.version(),
                  .build_commit = response.build_commit(),
                  .state = EnumName(response.state()),
                  .device = FromProto(response.device()),
                  .limits = FromProto(response.limits())};
  if (response.has_model()) info.model = FromProto(response.model());
  for (int sampler : response.samplers()) {
    info.samplers.push_back(EnumName(static_cast<v1::Sampler>(sampler)));
  }
  for (int format : response.image_formats()) {
    info.image_formats.push_back(EnumName(static_cast<v1::ImageFormat>(format)));
  }
  return info;
}

}  // namespace

absl::StatusOr<ServerInfo> Client::GetServerInfo() const {
  auto stub = v1::ModelService::NewStub(connection_->channel());
  v1::GetServerInfoResponse response;
  RETURN_IF_ERROR(connection_->Unary([&](grpc::ClientContext* context) {
    return stub->GetServerInfo(context, v1::GetServerInfoRequest(), &response);
  }));
  return FromProto(response);
}

}  // namespace kolors::client
