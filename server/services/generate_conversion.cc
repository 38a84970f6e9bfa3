#include "server/services/generate_conversion.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <random>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/base/error_details.h"
#include "proto/enum_names.h"

namespace kolors {
namespace {

constexpr int kDefaultSteps = 50;
constexpr float kDefaultGuidance = 5;
constexpr int kDefaultQuality = 92;

uint64_t RandomSeed() {
  std::random_device device;
  // 53 bits: such seeds survive JSON readers that keep numbers as doubles.
  return (uint64_t{device()} << 32 | device()) >> 11;
}

class Converter {
 public:
  template <typename Enum>
  void CheckEnum(const char* field, Enum value) {
    if (google::protobuf::GetEnumDescriptor<Enum>()->FindValueByNumber(value) != nullptr) return;
    violations_.push_back({field, absl::StrCat("has no value ", static_cast<int>(value))});
  }

  std::optional<SamplerKind> Sampler(v1::Sampler value) {
    CheckEnum("sampler", value);
    return value == v1::SAMPLER_UNSPECIFIED ? std::nullopt : ParseSamplerName(EnumName(value));
  }
  Priority ToPriority(v1::Priority value) {
    CheckEnum("priority", value);
    if (value == v1::PRIORITY_LOW) return Priority::kLow;
    return value == v1::PRIORITY_HIGH ? Priority::kHigh : Priority::kNormal;
  }
  NoiseSource ToNoiseSource(v1::NoiseSource value) {
    CheckEnum("noise_source", value);
    return value == v1::NOISE_SOURCE_DEVICE ? NoiseSource::kDevice : NoiseSource::kCpu;
  }
  ImageFormat ToFormat(v1::ImageFormat value) {
    CheckEnum("output.format", value);
    if (value == v1::IMAGE_FORMAT_JPEG) return ImageFormat::kJpeg;
    return value == v1::IMAGE_FORMAT_WEBP ? ImageFormat::kWebp : ImageFormat::kPng;
  }
  int ToQuality(const v1::OutputOptions& output) {
    const int quality = output.has_quality() ? output.quality() : kDefaultQuality;
    if (quality < 1 || quality > 100) {
      violations_.push_back({"output.quality", absl::StrCat("must be from 1 to 100, is ", quality)});
    }
    return quality;
  }

  absl::Status status() const {
    if (violations_.empty()) return absl::OkStatus();
    return MakeError(absl::StatusCode::kInvalidArgument,
                     absl::StrCat(violations_[0].field, " ", violations_[0].description),
                     {.reason = "INVALID_FIELD", .field_violations = violations_});
  }

 private:
  std::vector<FieldViolation> violations_;
};

std::string Parameters(const v1::GenerateImagesRequest& request, const ConvertedRequest& converted, uint64_t seed,
                       const ModelInfo& model) {
  const GenerateSpec& spec = converted.spec;
  std::string text = absl::StrCat(spec.prompt, "\n");
  if (request.has_negative_prompt()) absl::StrAppend(&text, "Negative prompt: ", request.negative_prompt(), "\n");
  absl::StrAppend(&text, "Steps: ", spec.num_inference_steps,
                  ", Sampler: ", std::string(SamplerName(spec.sampler.value_or(model.default_sampler))),
                  ", CFG scale: ", spec.guidance_scale, ", Seed: ", seed, ", Size: ", spec.width, "x", spec.height,
                  ", Model hash: ", model.digest.substr(0, 10), ", Model: ", model.name,
                  ", Version: kolorsd " KOLORS_VERSION);
  return text;
}

}  // namespace

absl::StatusOr<ConvertedRequest> ConvertRequest(const v1::GenerateImagesRequest& request, const ModelInfo& model) {
  Converter converter;
  ConvertedRequest result;
  GenerateSpec& spec = result.spec;
  spec.prompt = request.prompt();
  if (request.has_negative_prompt()) spec.negative_prompt = request.negative_prompt();
  spec.width = request.width() == 0 ? model.default_size : request.width();
  spec.height = request.height() == 0 ? model.default_size : request.height();
  spec.num_inference_steps = request.num_inference_steps() == 0 ? kDefaultSteps : request.num_inference_steps();
  spec.guidance_scale = request.has_guidance_scale() ? request.guidance_scale() : kDefaultGuidance;
  spec.seed = request.has_seed() ? request.seed() : RandomSeed();
  spec.num_images = request.num_images() == 0 ? 1 : request.num_images();
  spec.sampler = converter.Sampler(request.sampler());
  for (const v1::AdapterUse& use : request.adapters()) {
    spec.adapters.push_back({.adapter = std::string(absl::StripPrefix(use.adapter(), "adapters/")),
                             .scale = use.has_scale() ? use.scale() : 1});
  }
  spec.preview_interval_steps = request.preview_interval_steps();
  spec.priority = converter.ToPriority(request.priority());
  spec.noise_source = converter.ToNoiseSource(request.noise_source());
  result.output = {.format = converter.ToFormat(request.output().format()),
                   .quality = converter.ToQuality(request.output())};
  result.embed_metadata = !request.output().has_embed_metadata() || request.output().embed_metadata();
  if (absl::Status status = converter.status(); !status.ok()) return status;
  return result;
}

ImageMetadata MakeImageMetadata(const v1::GenerateImagesRequest& request, const ConvertedRequest& converted,
                                int image_index, const ModelInfo& model) {
  const uint64_t seed = converted.spec.seed + image_index;
  v1::GenerateImagesRequest one = request;
  one.set_num_images(1);
  one.set_seed(seed);
  one.set_width(converted.spec.width);
  one.set_height(converted.spec.height);
  one.clear_preview_interval_steps();
  one.clear_priority();
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(one, &json, options);
  ImageMetadata metadata = {{"parameters", Parameters(request, converted, seed, model)}};
  if (status.ok()) metadata["kolors"] = json;
  return metadata;
}

}  // namespace kolors
