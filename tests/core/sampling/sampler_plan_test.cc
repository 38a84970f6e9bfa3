#include "core/sampling/sampler_plan.h"

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "core/base/error_details.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace kolors {
namespace {

using Model = std::function<double(double input, double timestep)>;
using Samples = std::vector<std::vector<double>>;

NoiseSchedule KolorsSchedule() {
  return NoiseSchedule({.beta_start = 0.00085,
                        .beta_end = 0.014,
                        .beta_schedule = BetaSchedule::kScaledLinear,
                        .num_train_timesteps = 1100,
                        .timestep_spacing = TimestepSpacing::kLeading,
                        .steps_offset = 1});
}

SamplerPlan Plan(SamplerKind kind, int steps, const NoiseSchedule& schedule = KolorsSchedule()) {
  auto plan = MakeSamplerPlan(kind, schedule, steps);
  EXPECT_TRUE(plan.ok()) << plan.status();
  return *std::move(plan);
}

// The sample after every step. noise: the draw of each step that needs one.
Samples Trajectory(const SamplerPlan& plan, std::vector<double> x, const Model& model,
            const std::function<double()>& normal) {
  std::vector<std::vector<double>> state(plan.rows, std::vector<double>(x.size()));
  state[0] = std::move(x);
  const std::vector<std::span<double>> rows(state.begin(), state.end());
  Samples samples;
  for (const SamplerStep& step : plan.steps) {
    std::vector<double> eps, noise;
    for (const double value : state[0]) {
      eps.push_back(model(step.input_scale * value, step.timestep));
      if (step.needs_noise) noise.push_back(normal());
    }
    ApplyStep(step, rows, eps, noise);
    samples.push_back(state[0]);
  }
  return samples;
}

double NoNoise() { return 0; }

class EverySamplerTest : public testing::TestWithParam<SamplerKind> {
 protected:
  unsigned seed_ = std::random_device()();
  std::mt19937 generator_{seed_};
  std::normal_distribution<double> normal_;
};

INSTANTIATE_TEST_SUITE_P(All, EverySamplerTest,
                         testing::ValuesIn(AllSamplers().begin(), AllSamplers().end()),
                         [](const auto& info) { return std::string(SamplerName(info.param)); });

TEST_P(EverySamplerTest, StepsAreFiniteFallAndUseOnlyTheirRows) {
  for (const int steps : {1, 2, 3, 14, 15, 50, MaxInferenceSteps(GetParam(), KolorsSchedule())}) {
    const SamplerPlan plan = Plan(GetParam(), steps);
    EXPECT_EQ(plan.kind, GetParam());
    ASSERT_EQ(std::ssize(plan.steps), steps);
    for (int i = 0; i < steps; ++i) {
      const SamplerStep& step = plan.steps[i];
      if (i > 0) {
        EXPECT_LE(step.timestep, plan.steps[i - 1].timestep);
      }
      EXPECT_GE(step.timestep, 0);
      EXPECT_LE(step.timestep, 1100);
      for (int r = 0; r < kMaxStateRows; ++r) {
        for (int c = 0; c < kStepColumns; ++c) {
          EXPECT_TRUE(std::isfinite(step.matrix[r][c])) << i << " " << r << " " << c;
          const bool unused = r >= plan.rows || (c >= plan.rows && c < kMaxStateRows);
          if (unused) {
            EXPECT_EQ(step.matrix[r][c], 0) << i << " " << r << " " << c;
          }
        }
        if (!step.needs_noise) {
          EXPECT_EQ(step.matrix[r][kNoiseColumn], 0);
        }
      }
    }
  }
}

// The first step must not look at rows that nothing has filled yet.
TEST_P(EverySamplerTest, FirstStepReadsTheSampleOnly) {
  for (const int steps : {1, 2, 20}) {
    const SamplerPlan plan = Plan(GetParam(), steps);
    for (int r = 0; r < plan.rows; ++r) {
      for (int c = 1; c < kMaxStateRows; ++c) EXPECT_EQ(plan.steps[0].matrix[r][c], 0);
    }
  }
}

TEST_P(EverySamplerTest, LastNoiseDrawHasNoInfluence) {
  for (const int steps : {1, 2, 25}) {
    EXPECT_EQ(Plan(GetParam(), steps).steps.back().matrix[0][kNoiseColumn], 0);
  }
}

// A model that knows the image: eps is then exact, and any number of steps must end in that image
// (but for the noise of timestep 0 that DDIM leaves with set_alpha_to_one false).
TEST_P(EverySamplerTest, AllKnowingModelEndsInItsImage) {
  SCOPED_TRACE("seed " + std::to_string(seed_));
  NoiseScheduleConfig config = KolorsSchedule().config();
  config.set_alpha_to_one = true;
  const NoiseSchedule schedule(config);
  for (const int steps : {1, 2, 3, 10, 20, 50}) {
    const SamplerPlan plan = Plan(GetParam(), steps, schedule);
    const double image = normal_(generator_);
    double x = plan.init_noise_sigma * normal_(generator_);
    std::vector<std::vector<double>> state(plan.rows, {0.0});
    state[0] = {x};
    const std::vector<std::span<double>> rows(state.begin(), state.end());
    for (const SamplerStep& step : plan.steps) {
      const std::vector<double> eps = {(image - step.x0_from_x * state[0][0]) / step.x0_from_eps};
      const std::vector<double> noise = {normal_(generator_)};
      ApplyStep(step, rows, eps, noise);
    }
    EXPECT_NEAR(state[0][0], image, 1e-10) << steps << " steps";
  }
}

// For data N(0, 1) the exact model is eps = sigma_t * x_t with x_t of unit variance. The sample must
// then end as N(0, 1): exactly so in the limit of many steps.
TEST_P(EverySamplerTest, GaussianDataComesOutGaussian) {
  SCOPED_TRACE("seed " + std::to_string(seed_));
  const NoiseSchedule schedule = KolorsSchedule();
  const Model model = [&](double input, double timestep) {
    const double last = schedule.num_train_timesteps() - 1;
    return schedule.AddNoise(static_cast<int>(std::min(timestep, last))).sqrt_one_minus_alpha * input;
  };
  const SamplerPlan plan = Plan(GetParam(), 200);
  std::vector<double> x(20000);
  for (double& value : x) value = plan.init_noise_sigma * normal_(generator_);
  double sum = 0, squares = 0;
  const auto samples = Trajectory(plan, x, model, [&] { return normal_(generator_); });
  for (const double value : samples.back()) {
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / 20000, 0, 5 / std::sqrt(20000));               // 5 standard deviations
  EXPECT_NEAR(squares / 20000, 1, 5 * std::sqrt(2 / 20000.0) + 0.05);  // and the step size
}

TEST_P(EverySamplerTest, MoreStepsThanPossibleAreRefusedByField) {
  const NoiseSchedule schedule = KolorsSchedule();
  const int most = MaxInferenceSteps(GetParam(), schedule);
  EXPECT_GE(most, schedule.num_train_timesteps() - 2);
  EXPECT_TRUE(MakeSamplerPlan(GetParam(), schedule, most).ok());
  for (const int steps : {-1, 0, most + 1, 2000000000}) {
    const auto plan = MakeSamplerPlan(GetParam(), schedule, steps);
    ASSERT_EQ(plan.status().code(), absl::StatusCode::kInvalidArgument) << steps;
    const ErrorDetails details = GetErrorDetails(plan.status());
    ASSERT_EQ(details.field_violations.size(), 1u);
    EXPECT_EQ(details.field_violations[0].field, "num_inference_steps");
    EXPECT_THAT(details.field_violations[0].description, testing::HasSubstr(std::to_string(most)));
  }
}

// dx / dsigma = eps is solved exactly where eps is constant, whatever the step size.
TEST(EulerTest, IsExactOnALinearOde) {
  const double eps = 0.7;
  for (const int steps : {1, 2, 30, 1000}) {
    const SamplerPlan plan = Plan(SamplerKind::kEuler, steps);
    const double sigma_max = std::sqrt(plan.init_noise_sigma * plan.init_noise_sigma - 1);
    const auto samples = Trajectory(plan, {3.0}, [&](double, double) { return eps; }, NoNoise);
    EXPECT_NEAR(samples.back()[0], 3.0 - sigma_max * eps, 1e-9) << steps;
  }
}

// In x / alpha over sigma / alpha, DDIM and Euler are the same method.
TEST(DdimTest, IsEulerInAnotherScaling) {
  NoiseScheduleConfig config = KolorsSchedule().config();
  config.set_alpha_to_one = true;
  const NoiseSchedule schedule(config);
  const Model model = [](double input, double timestep) {
    return std::sin(1.7 * input + 0.01 * timestep);
  };
  const SamplerPlan euler = Plan(SamplerKind::kEuler, 50, schedule);
  const SamplerPlan ddim = Plan(SamplerKind::kDdim, 50, schedule);
  const double x = 0.8;
  const auto a = Trajectory(euler, {x * euler.init_noise_sigma}, model, NoNoise);
  const auto b = Trajectory(ddim, {x}, model, NoNoise);
  EXPECT_NEAR(a.back()[0], b.back()[0], 1e-4 * std::abs(a.back()[0]));  // sigmas are float32
}

// The second-order methods must come closer to the limit than the first-order one, at equal steps.
TEST(OrderTest, SecondOrderSamplersConvergeFaster) {
  const NoiseSchedule schedule = KolorsSchedule();
  const Model model = [&](double input, double timestep) {
    return schedule.AddNoise(static_cast<int>(timestep)).sqrt_one_minus_alpha * std::sin(input);
  };
  const auto error = [&](SamplerKind kind, int steps) {
    const double limit = Trajectory(Plan(kind, 1000), {0.9}, model, NoNoise).back()[0];
    return std::abs(Trajectory(Plan(kind, steps), {0.9}, model, NoNoise).back()[0] - limit);
  };
  EXPECT_LT(error(SamplerKind::kDpmpp2m, 25), error(SamplerKind::kDdim, 25));
  EXPECT_LT(error(SamplerKind::kUniPc, 25), error(SamplerKind::kDdim, 25));
}

TEST(ApplyStepTest, FloatRoundsOnceWhatDoubleComputes) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal;
  SamplerStep step{.needs_noise = true};
  for (auto& row : step.matrix) {
    for (double& value : row) value = normal(generator);
  }
  float inputs[kStepColumns][1];
  double wide[kStepColumns][1];
  for (int c = 0; c < kStepColumns; ++c) wide[c][0] = inputs[c][0] = normal(generator);
  const std::vector<std::span<float>> rows(inputs, inputs + kMaxStateRows);
  const std::vector<std::span<double>> wide_rows(wide, wide + kMaxStateRows);
  double expected[kMaxStateRows] = {};
  for (int r = 0; r < kMaxStateRows; ++r) {
    for (int c = 0; c < kStepColumns; ++c) expected[r] += step.matrix[r][c] * wide[c][0];
  }
  ApplyStep(step, rows, inputs[kEpsColumn], inputs[kNoiseColumn]);
  ApplyStep(step, wide_rows, wide[kEpsColumn], wide[kNoiseColumn]);
  for (int r = 0; r < kMaxStateRows; ++r) {
    EXPECT_EQ(wide[r][0], expected[r]);
    EXPECT_EQ(inputs[r][0], static_cast<float>(expected[r]));
  }
}

// DiffSynth-Studio's own sampler, run in float32 with the model sin(1.7 x + 0.01 t).
TEST(DdimDiffsynthTest, FollowsTheReferenceTrajectory) {
  std::ifstream file("tests/golden/ddim_trajectory.json");
  ASSERT_TRUE(file);
  const nlohmann::json reference = nlohmann::json::parse(file);
  const Model model = [](double input, double timestep) {
    return std::sin(1.7 * input + 0.01 * timestep);
  };
  int runs = 0;
  for (const auto& run : reference.at("runs")) {
    if (run.at("denoising_strength") != 1.0) continue;
    const SamplerPlan plan = Plan(SamplerKind::kDdimDiffsynth, run.at("steps"));
    const auto samples = Trajectory(plan, run.at("x0"), model, NoNoise);
    for (size_t i = 0; i < samples.size(); ++i) {
      EXPECT_EQ(plan.steps[i].timestep, run.at("timesteps").at(i));
      for (size_t j = 0; j < samples[i].size(); ++j) {
        const double expected = run.at("x").at(i).at(j);
        // The reference is float32, printed with six decimals, and feeds its errors back.
        EXPECT_NEAR(samples[i][j], expected, 2e-5 * std::max(1.0, std::abs(expected)))
            << "step " << i << " of " << samples.size() << ", element " << j;
      }
    }
    ++runs;
  }
  EXPECT_GE(runs, 3);
}

TEST(NoiseScheduleReferenceTest, AddNoiseAndAlphasAreDiffsynths) {
  std::ifstream file("tests/golden/ddim_trajectory.json");
  ASSERT_TRUE(file);
  const nlohmann::json reference = nlohmann::json::parse(file);
  const NoiseSchedule schedule = KolorsSchedule();
  for (const auto& [timestep, alpha] : reference.at("alphas_cumprod").items()) {
    EXPECT_NEAR(schedule.alphas_cumprod()[std::stoi(timestep)] / alpha.get<double>(), 1, 1e-6);
  }
  for (const auto& noisy : reference.at("add_noise")) {
    const auto [sqrt_alpha, sqrt_one_minus_alpha] = schedule.AddNoise(noisy.at("t"));
    for (int i = 0; i < 8; ++i) {
      const double clean = -2 + i * 4 / 7.0;
      const double noise = 1 - i * 2 / 7.0;
      EXPECT_NEAR(noisy.at("x").at(i), sqrt_alpha * clean + sqrt_one_minus_alpha * noise, 1e-6);
    }
  }
}

}  // namespace
}  // namespace kolors
