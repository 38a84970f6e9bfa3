#include "client/src/generate_request.h"

#include <google/protobuf/util/json_util.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/enum_names.h"
#include "core/base/utf8.h"
#include "core/base/error_details.h"

namespace kolors::client {

namespace {

// The plain enums lack the contract's UNSPECIFIED = 0 and otherwise keep its order.
template <typename ProtoEnum, typename Enum>
ProtoEnum ToProtoEnum(Enum value) {
  return static_cast<ProtoEnum>(static_cast<int>(value) + 1);
}
template <typename Enum, typename ProtoEnum>
Enum FromProtoEnum(ProtoEnum value, Enum unspecified) {
  return value == 0 ? unspecified : static_cast<Enum>(static_cast<int>(value) - 1);
}

static_assert(static_cast<int>(ImageFormat::kWebp) + 1 == v1::IMAGE_FORMAT_WEBP);
static_assert(static_cast<int>(Priority::kHigh) + 1 == v1::PRIORITY_HIGH);
static_assert(static_cast<int>(NoiseSource::kDevice) + 1 == v1::NOISE_SOURCE_DEVICE);

ErrorDetails CheckSendable(const GenerateOptions& options) {
  ErrorDetails details{.reason = "INVALID_REQUEST"};
  auto check_text = [&](const char* field, const std::string& text) {
    if (!IsValidUtf8(text)) details.field_violations.push_back({field, "must be UTF-8"});
  };
  check_text("prompt", options.prompt);
  if (options.negative_prompt) check_text("negative_prompt", *options.negative_prompt);
  for (size_t i = 0; i < options.adapters.size(); ++i) {
    check_text(absl::StrCat("adapters[", i, "].adapter").c_str(), options.adapters[i].adapter);
  }
  if (!options.sampler.empty() && !ParseEnumName<v1::Sampler>(options.sampler)) {
    details.field_violations.push_back(
        {"sampler", absl::StrCat("must be one of ", absl::StrJoin(SamplerNames(), ", "), ", is '",
                                 options.sampler, "'")});
  }
  return details;
}

}  // namespace

absl::StatusOr<v1::GenerateImagesRequest> ToProto(const GenerateOptions& options) {
  if (ErrorDetails details = CheckSendable(options); !details.field_violations.empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument, "The request cannot be sent.", details);
  }
  v1::GenerateImagesRequest request;
  request.set_prompt(options.prompt);
  if (options.negative_prompt) request.set_negative_prompt(*options.negative_prompt);
  request.set_width(options.width);
  request.set_height(options.height);
  request.set_num_inference_steps(options.num_inference_steps);
  if (options.guidance_scale) request.set_guidance_scale(*options.guidance_scale);
  if (options.seed) request.set_seed(*options.seed);
  request.set_num_images(options.num_images);
  if (!options.sampler.empty()) request.set_sampler(*ParseEnumName<v1::Sampler>(options.sampler));
  for (const AdapterUse& use : options.adapters) {
    auto* adapter = request.add_adapters();
    adapter->set_adapter(use.adapter);
    if (use.scale) adapter->set_scale(*use.scale);
  }
  request.set_preview_interval_steps(options.preview_interval_steps);
  auto* output = request.mutable_output();
  output->set_format(ToProtoEnum<v1::ImageFormat>(options.format));
  if (options.quality) output->set_quality(*options.quality);
  if (options.embed_metadata) output->set_embed_metadata(*options.embed_metadata);
  request.set_priority(ToProtoEnum<v1::Priority>(options.priority));
  request.set_noise_source(ToProtoEnum<v1::NoiseSource>(options.noise_source));
  return request;
}

GenerateOptions FromProto(const v1::GenerateImagesRequest& request) {
  GenerateOptions options;
  options.prompt = request.prompt();
  if (request.has_negative_prompt()) options.negative_prompt = request.negative_prompt();
  options.width = request.width();
  options.height = request.height();
  options.num_inference_steps = request.num_inference_steps();
  if (request.has_guidance_scale()) options.guidance_scale = request.guidance_scale();
  if (request.has_seed()) options.seed = request.seed();
  options.num_images = request.num_images();
  if (request.sampler() != v1::SAMPLER_UNSPECIFIED) options.sampler = EnumName(request.sampler());
  for (const auto& adapter : request.adapters()) {
    AdapterUse& use = options.adapters.emplace_back();
    use.adapter = adapter.adapter();
    if (adapter.has_scale()) use.scale = adapter.scale();
  }
  options.preview_interval_steps = request.preview_interval_steps();
  const auto& output = request.output();
  options.format = FromProtoEnum(output.format(), ImageFormat::kPng);
  if (output.has_quality()) options.quality = output.quality();
  if (output.has_embed_metadata()) options.embed_metadata = output.embed_metadata();
  options.priority = FromProtoEnum(request.priority(), Priority::kNormal);
  options.noise_source = FromProtoEnum(request.noise_source(), NoiseSource::kCpu);
  return options;
}

absl::StatusOr<GenerateOptions> ParseGenerateOptions(std::string_view json) {
  v1::GenerateImagesRequest request;
  google::protobuf::util::JsonParseOptions parse;
  // A newer server may have written fields that this client does not know.
  parse.ignore_unknown_fields = true;
  auto status = google::protobuf::util::JsonStringToMessage(std::string(json), &request, parse);
  if (!status.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("The metadata is not a GenerateImagesRequest: ", status.message().ToString()));
  }
  return FromProto(request);
}

std::vector<std::string> SamplerNames() { return EnumNames<v1::Sampler>(); }

}  // namespace kolors::client
