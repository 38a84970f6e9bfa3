#include "server/services/model_service.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "proto/enum_names.h"
#include "server/rpc/call_scope.h"
#include "server/rpc/status.h"

namespace kolors {
namespace {

constexpr char kService[] = "kolors.v1.ModelService";

v1::ServerState ToProto(ServingState state) {
  switch (state) {
    case ServingState::kLoading: return v1::SERVER_STATE_LOADING;
    case ServingState::kServing: return v1::SERVER_STATE_SERVING;
    case ServingState::kDraining: return v1::SERVER_STATE_DRAINING;
  }
  return v1::SERVER_STATE_UNSPECIFIED;
}

void Fill(const ModelInfo& model, v1::Model* out) {
  out->set_name(absl::StrCat("models/", model.name));
  out->set_layout(model.layout == ModelLayout::kKolors ? v1::MODEL_LAYOUT_KOLORS : v1::MODEL_LAYOUT_DIFFUSERS);
  out->set_precision(static_cast<v1::Precision>(static_cast<int>(model.precision) + 1));
  out->set_text_encoder_parameters(model.text_encoder_parameters);
  out->set_unet_parameters(model.unet_parameters);
  out->set_vae_parameters(model.vae_parameters);
  out->set_digest(model.digest);
  out->set_default_size(model.default_size);
  out->set_default_sampler(
      ParseEnumName<v1::Sampler>(SamplerName(model.default_sampler)).value_or(v1::SAMPLER_UNSPECIFIED));
  out->set_max_prompt_tokens(model.max_prompt_tokens);
}

void Fill(const DeviceInfo& device, int64_t memory_used_bytes, v1::Device* out) {
  out->set_id(device.id);
  out->set_name(device.name);
  out->set_compute_capability(device.compute_capability);
  out->set_memory_total_bytes(device.memory_total_bytes);
  out->set_memory_used_bytes(memory_used_bytes);
}

void Fill(const EngineLimits& limits, v1::Limits* out) {
  out->set_min_size(limits.min_size);
  out->set_max_size(limits.max_size);
  out->set_size_multiple(limits.size_multiple);
  out->set_max_num_inference_steps(limits.max_num_inference_steps);
  out->set_max_num_images(limits.max_num_images);
  out->set_max_prompt_bytes(limits.max_prompt_bytes);
  out->set_max_adapters(limits.max_adapters);
  out->set_max_queued_requests(limits.max_queued_requests);
}

absl::Status CheckPage(const v1::ListModelsRequest& request) {
  std::vector<FieldViolation> violations;
  if (request.page_size() < 0) violations.push_back({"page_size", "must not be negative"});
  if (!request.page_token().empty()) violations.push_back({"page_token", "is not one this server gave"});
  if (violations.empty()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat(violations[0].field, " ", violations[0].description),
                   {.reason = "INVALID_FIELD", .field_violations = violations});
}

}  // namespace

grpc::ServerUnaryReactor* ModelService::GetServerInfo(grpc::CallbackServerContext* context,
                                                      const v1::GetServerInfoRequest*,
                                                      v1::GetServerInfoResponse* response) {
  CallScope scope(metrics_, kService, "GetServerInfo", CallScope::Type::kUnary, context->peer());
  response->set_version(KOLORS_VERSION);
  response->set_build_commit(KOLORS_COMMIT);
  response->set_state(ToProto(serving_.state()));
  EngineLimits limits;
  if (const auto engine = serving_.engine_if_any()) {
    const EngineInfo info = engine->Info();
    limits = info.limits;
    Fill(info.model, response->mutable_model());
    Fill(info.device, engine->Stats().memory_used_bytes, response->mutable_device());
  }
  Fill(limits, response->mutable_limits());
  for (SamplerKind kind : AllSamplers()) {
    response->add_samplers(ParseEnumName<v1::Sampler>(SamplerName(kind)).value_or(v1::SAMPLER_UNSPECIFIED));
  }
  for (auto format : {v1::IMAGE_FORMAT_PNG, v1::IMAGE_FORMAT_JPEG, v1::IMAGE_FORMAT_WEBP}) {
    response->add_image_formats(format);
  }
  scope.Finish(absl::OkStatus());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

grpc::ServerUnaryReactor* ModelService::ListModels(grpc::CallbackServerContext* context,
                                                   const v1::ListModelsRequest* request,
                                                   v1::ListModelsResponse* response) {
  CallScope scope(metrics_, kService, "ListModels", CallScope::Type::kUnary, context->peer());
  const absl::Status status = CheckPage(*request);
  const auto engine = serving_.engine_if_any();
  if (status.ok() && engine != nullptr) Fill(engine->Info().model, response->add_models());
  scope.Finish(status);
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(ToGrpcStatus(status));
  return reactor;
}

}  // namespace kolors
