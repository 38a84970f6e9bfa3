#include <cmath>
#include <initializer_list>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/sampling/noise_schedule.h"
#include "nlohmann/json.hpp"

namespace kolors {
namespace {

using nlohmann::json;

absl::Status WrongValue(const char* key, const json& value, const std::string& expected) {
  return absl::InvalidArgumentError(
      absl::StrCat("scheduler_config.json: ", key, " must be ", expected, ", is ", value.dump()));
}

// Absent and null leave the default, as in diffusers.
const json* Find(const json& config, const char* key) {
  const auto found = config.find(key);
  return found == config.end() || found->is_null() ? nullptr : &*found;
}

absl::Status ReadNumber(const json& config, const char* key, double low, double high,
                        double& target) {
  const json* value = Find(config, key);
  if (value == nullptr) return absl::OkStatus();
  if (!value->is_number() || !(value->get<double>() >= low && value->get<double>() <= high)) {
    return WrongValue(key, *value, absl::StrCat("a number from ", low, " to ", high));
  }
  target = value->get<double>();
  return absl::OkStatus();
}

absl::Status ReadWhole(const json& config, const char* key, int low, int high, int& target) {
  double number = target;
  RETURN_IF_ERROR(ReadNumber(config, key, low, high, number));
  if (number != std::floor(number)) return WrongValue(key, number, "a whole number");
  target = static_cast<int>(number);
  return absl::OkStatus();
}

absl::Status ReadFlag(const json& config, const char* key, bool& target) {
  const json* value = Find(config, key);
  if (value == nullptr) return absl::OkStatus();
  if (!value->is_boolean()) return WrongValue(key, *value, "true or false");
  target = value->get<bool>();
  return absl::OkStatus();
}

template <typename Enum>
absl::Status ReadChoice(const json& config, const char* key,
                        std::initializer_list<std::pair<const char*, Enum>> choices, Enum& target) {
  const json* value = Find(config, key);
  if (value == nullptr) return absl::OkStatus();
  std::string expected;
  for (const auto& [name, choice] : choices) {
    if (value->is_string() && value->get_ref<const std::string&>() == name) {
      target = choice;
      return absl::OkStatus();
    }
    absl::StrAppend(&expected, expected.empty() ? "" : " or ", "\"", name, "\"");
  }
  return WrongValue(key, *value, expected);
}

// What changes the mathematics and is not implemented must not be ignored.
absl::Status RefuseUnsupported(const json& config) {
  for (const auto& [key, supported] : std::initializer_list<std::pair<const char*, json>>{
           {"prediction_type", "epsilon"},
           {"interpolation_type", "linear"},
           {"timestep_type", "discrete"},
           {"final_sigmas_type", "zero"},
           {"use_karras_sigmas", false},  // a choice of the request here: dpmpp_2m_karras
           {"use_exponential_sigmas", false},
           {"use_beta_sigmas", false},
           {"use_lu_lambdas", false},
           {"use_flow_sigmas", false},
           {"rescale_betas_zero_snr", false},
           {"clip_sample", false},
           {"thresholding", false},
           {"trained_betas", nullptr},
           {"sigma_min", nullptr},
           {"sigma_max", nullptr}}) {
    const json* value = Find(config, key);
    if (value != nullptr && *value != supported) {
      return WrongValue(key, *value, absl::StrCat(supported.dump(), " (all that is supported)"));
    }
  }
  return absl::OkStatus();
}

// Neighbouring timesteps must differ in float32, else samplers would divide by zero.
absl::Status CheckResolution(const NoiseScheduleConfig& config) {
  const NoiseSchedule schedule(config);
  double previous = 0;
  for (const double sigma : schedule.sigmas()) {
    if (!(sigma > previous && std::isfinite(sigma))) {
      return absl::InvalidArgumentError(
          absl::StrCat("scheduler_config.json: beta_start ", config.beta_start, ", beta_end ",
                       config.beta_end, " and num_train_timesteps ", config.num_train_timesteps,
                       " together leave timesteps that cannot be told apart in float32"));
    }
    previous = sigma;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<NoiseScheduleConfig> ParseNoiseScheduleConfig(const json& config) {
  if (!config.is_object()) {
    return absl::InvalidArgumentError("scheduler_config.json: the top level must be an object");
  }
  RETURN_IF_ERROR(RefuseUnsupported(config));
  NoiseScheduleConfig parsed;
  RETURN_IF_ERROR(ReadNumber(config, "beta_end", 1e-6, 0.999, parsed.beta_end));
  RETURN_IF_ERROR(ReadNumber(config, "beta_start", 1e-6, parsed.beta_end, parsed.beta_start));
  RETURN_IF_ERROR(ReadChoice(
      config, "beta_schedule",
      {{"linear", BetaSchedule::kLinear}, {"scaled_linear", BetaSchedule::kScaledLinear}},
      parsed.beta_schedule));
  RETURN_IF_ERROR(ReadWhole(config, "num_train_timesteps", 10, 100000, parsed.num_train_timesteps));
  RETURN_IF_ERROR(ReadChoice(config, "timestep_spacing",
                             {{"leading", TimestepSpacing::kLeading},
                              {"linspace", TimestepSpacing::kLinspace},
                              {"trailing", TimestepSpacing::kTrailing}},
                             parsed.timestep_spacing));
  RETURN_IF_ERROR(ReadWhole(config, "steps_offset", 0, 1, parsed.steps_offset));
  RETURN_IF_ERROR(ReadFlag(config, "set_alpha_to_one", parsed.set_alpha_to_one));
  RETURN_IF_ERROR(CheckResolution(parsed));
  return parsed;
}

}  // namespace kolors
