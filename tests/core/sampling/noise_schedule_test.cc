#include "core/sampling/noise_schedule.h"

#include <cmath>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace kolors {
namespace {

using nlohmann::json;
using testing::HasSubstr;

// Kolors' scheduler/scheduler_config.json.
json KolorsConfig() {
  return {{"_class_name", "EulerDiscreteScheduler"},
          {"beta_schedule", "scaled_linear"},
          {"beta_start", 0.00085},
          {"beta_end", 0.014},
          {"clip_sample", false},
          {"interpolation_type", "linear"},
          {"num_train_timesteps", 1100},
          {"prediction_type", "epsilon"},
          {"rescale_betas_zero_snr", false},
          {"set_alpha_to_one", false},
          {"steps_offset", 1},
          {"timestep_spacing", "leading"},
          {"trained_betas", nullptr},
          {"use_karras_sigmas", false}};
}

TEST(ParseNoiseScheduleConfigTest, ReadsKolors) {
  const auto config = ParseNoiseScheduleConfig(KolorsConfig());
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->beta_start, 0.00085);
  EXPECT_EQ(config->beta_end, 0.014);
  EXPECT_EQ(config->beta_schedule, BetaSchedule::kScaledLinear);
  EXPECT_EQ(config->num_train_timesteps, 1100);
  EXPECT_EQ(config->timestep_spacing, TimestepSpacing::kLeading);
  EXPECT_EQ(config->steps_offset, 1);
  EXPECT_FALSE(config->set_alpha_to_one);
}

TEST(ParseNoiseScheduleConfigTest, AbsentAndNullKeysMeanDiffusersDefaults) {
  for (const json& empty : {json::object(), json{{"beta_end", nullptr}, {"clip_sample", nullptr}}}) {
    const auto config = ParseNoiseScheduleConfig(empty);
    ASSERT_TRUE(config.ok()) << config.status();
    EXPECT_EQ(config->beta_end, 0.02);
    EXPECT_EQ(config->beta_schedule, BetaSchedule::kLinear);
    EXPECT_EQ(config->num_train_timesteps, 1000);
    EXPECT_EQ(config->timestep_spacing, TimestepSpacing::kLinspace);
  }
}

struct WrongValue {
  const char* key;
  json value;
};

class WrongConfigTest : public testing::TestWithParam<WrongValue> {};

TEST_P(WrongConfigTest, IsRefusedByKeyAndValue) {
  json wrong = KolorsConfig();
  wrong[GetParam().key] = GetParam().value;
  const auto config = ParseNoiseScheduleConfig(wrong);
  ASSERT_EQ(config.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(config.status().message()), HasSubstr(GetParam().key));
  EXPECT_THAT(std::string(config.status().message()), HasSubstr(GetParam().value.dump()));
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongConfigTest,
    testing::Values(WrongValue{"prediction_type", "v_prediction"},
                    WrongValue{"beta_schedule", "squaredcos_cap_v2"}, WrongValue{"beta_start", "low"},
                    WrongValue{"beta_start", 0}, WrongValue{"beta_start", 0.5},
                    WrongValue{"beta_end", 1.0}, WrongValue{"num_train_timesteps", 0},
                    WrongValue{"num_train_timesteps", 1e30},
                    WrongValue{"num_train_timesteps", 100.5}, WrongValue{"steps_offset", 7},
                    WrongValue{"steps_offset", -1}, WrongValue{"timestep_spacing", "karras"},
                    WrongValue{"timestep_spacing", 3}, WrongValue{"set_alpha_to_one", 1},
                    WrongValue{"clip_sample", true}, WrongValue{"use_karras_sigmas", true},
                    WrongValue{"rescale_betas_zero_snr", true},
                    WrongValue{"final_sigmas_type", "sigma_min"},
                    WrongValue{"interpolation_type", "log_linear"},
                    WrongValue{"trained_betas", json::array({0.1})}),
    [](const auto& info) { return std::to_string(info.index) + "_" + info.param.key; });

TEST(ParseNoiseScheduleConfigTest, RefusesWhatIsNoObject) {
  for (const json& wrong : {json::array(), json("text"), json(nullptr), json(3)}) {
    EXPECT_EQ(ParseNoiseScheduleConfig(wrong).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(ParseNoiseScheduleConfigTest, RefusesNoiseBeyondFloat32) {
  json wrong = KolorsConfig();
  wrong["num_train_timesteps"] = 100000;
  wrong["beta_end"] = 0.9;
  const auto config = ParseNoiseScheduleConfig(wrong);
  ASSERT_EQ(config.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(config.status().message()), HasSubstr("cannot be told apart"));
}

TEST(NoiseScheduleTest, VarianceIsPreservedAndSignalFallsWithTheTimestep) {
  const NoiseSchedule schedule(*ParseNoiseScheduleConfig(KolorsConfig()));
  ASSERT_EQ(schedule.alphas_cumprod().size(), 1100u);
  double previous_snr = INFINITY;
  for (int t = 0; t < schedule.num_train_timesteps(); ++t) {
    const auto [sqrt_alpha, sqrt_one_minus_alpha] = schedule.AddNoise(t);
    EXPECT_NEAR(sqrt_alpha * sqrt_alpha + sqrt_one_minus_alpha * sqrt_one_minus_alpha, 1, 1e-15);
    const double snr = schedule.Snr(t);
    EXPECT_LT(snr, previous_snr) << t;
    EXPECT_NEAR(1 / std::sqrt(snr) / schedule.sigmas()[t], 1, 1e-6) << t;  // sigmas are float32
    previous_snr = snr;
  }
}

// The product of 1 - beta in double, where beta is interpolated in double: float32 stays near it.
TEST(NoiseScheduleTest, AlphasAreTheProductOfOneMinusBeta) {
  for (const BetaSchedule kind : {BetaSchedule::kLinear, BetaSchedule::kScaledLinear}) {
    NoiseScheduleConfig config{.beta_start = 0.001, .beta_end = 0.01, .beta_schedule = kind};
    const NoiseSchedule schedule(config);
    double product = 1;
    for (int t = 0; t < 1000; ++t) {
      const double ramp = t / 999.0;
      product *= kind == BetaSchedule::kLinear
                     ? 1 - (0.001 + 0.009 * ramp)
                     : 1 - std::pow(std::sqrt(0.001) + (std::sqrt(0.01) - std::sqrt(0.001)) * ramp, 2);
      EXPECT_NEAR(schedule.alphas_cumprod()[t] / product, 1, 2e-6) << t;
    }
  }
}

}  // namespace
}  // namespace kolors
