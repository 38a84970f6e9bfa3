#include "core/engine/validate.h"

#include <cmath>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/utf8.h"

namespace kolors {
namespace {

constexpr float kMaxGuidanceScale = 100;
constexpr float kMaxAdapterScale = 10;
constexpr int kMaxPreviewInterval = 1000;

class Violations {
 public:
  void Add(std::string field, std::string description) { list_.push_back({std::move(field), std::move(description)}); }

  void CheckText(const char* field, const std::string& text, int max_bytes) {
    if (std::ssize(text) > max_bytes) {
      Add(field, absl::StrCat("must be at most ", max_bytes, " bytes, is ", text.size()));
    } else if (text.find('\0') != std::string::npos) {
      Add(field, "must not contain NUL");
    } else if (!IsValidUtf8(text)) {
      Add(field, "must be UTF-8");
    }
  }

  void CheckSize(const char* field, int size, const EngineLimits& limits) {
    if (size == 0) return;
    if (size < limits.min_size || size > limits.max_size || size % limits.size_multiple != 0) {
      Add(field, absl::StrCat("must be a multiple of ", limits.size_multiple, " from ", limits.min_size, " to ",
                              limits.max_size, ", is ", size));
    }
  }

  void CheckInt(const char* field, int value, int min, int max) {
    if (value < min || value > max) Add(field, absl::StrCat("must be from ", min, " to ", max, ", is ", value));
  }

  void CheckFloat(const std::string& field, float value, float min, float max) {
    // Not "value < min || value > max": NaN is neither.
    if (!(value >= min && value <= max)) Add(field, absl::StrCat("must be from ", min, " to ", max, ", is ", value));
  }

  absl::Status status() && {
    if (list_.empty()) return absl::OkStatus();
    std::string message = absl::StrCat(list_[0].field, " ", list_[0].description);
    if (list_.size() > 1) absl::StrAppend(&message, "; and ", list_.size() - 1, " more wrong fields");
    return MakeError(absl::StatusCode::kInvalidArgument, std::move(message),
                     {.reason = "INVALID_FIELD", .field_violations = std::move(list_)});
  }

 private:
  std::vector<FieldViolation> list_;
};

void CheckAdapters(const std::vector<AdapterUse>& adapters, int max_adapters, Violations& violations) {
  if (std::ssize(adapters) > max_adapters) {
    violations.Add("adapters", absl::StrCat("must be at most ", max_adapters, ", are ", adapters.size()));
    return;
  }
  std::set<std::string_view> seen;
  for (size_t i = 0; i < adapters.size(); ++i) {
    const std::string path = absl::StrCat("adapters[", i, "]");
    if (adapters[i].adapter.empty()) violations.Add(path + ".adapter", "must name an adapter");
    if (!seen.insert(adapters[i].adapter).second) violations.Add(path + ".adapter", "must not be named twice");
    violations.CheckFloat(path + ".scale", adapters[i].scale, -kMaxAdapterScale, kMaxAdapterScale);
  }
}

}  // namespace

absl::Status ValidateGenerateSpec(const GenerateSpec& spec, const EngineLimits& limits) {
  Violations violations;
  violations.CheckText("prompt", spec.prompt, limits.max_prompt_bytes);
  if (spec.negative_prompt) violations.CheckText("negative_prompt", *spec.negative_prompt, limits.max_prompt_bytes);
  violations.CheckSize("width", spec.width, limits);
  violations.CheckSize("height", spec.height, limits);
  violations.CheckInt("num_inference_steps", spec.num_inference_steps, 1, limits.max_num_inference_steps);
  violations.CheckFloat("guidance_scale", spec.guidance_scale, 0, kMaxGuidanceScale);
  violations.CheckInt("num_images", spec.num_images, 1, limits.max_num_images);
  violations.CheckInt("preview_interval_steps", spec.preview_interval_steps, 0, kMaxPreviewInterval);
  CheckAdapters(spec.adapters, limits.max_adapters, violations);
  return std::move(violations).status();
}

}  // namespace kolors
