// Runs samplers on numbers from outside, for comparison with other implementations.
//
// One JSON object a line in, one out:
//   in   {"config": scheduler_config.json's object, "sampler": "euler", "num_inference_steps": 20,
//         "x": [...], "noise": [[...], ...]}      noise: one draw a step, as long as x
//   out  {"alphas_cumprod": [...], "max_inference_steps": 1100, "init_noise_sigma": 1.0,
//         "timesteps": [...], "sigmas": [...], "needs_noise": [...],
//         "x": [[...], ...], "x0": [[...], ...]}  after every step; x is taken as it comes
//   or   {"error": "..."}
// The model is sin(1.7 * input + 0.01 * timestep); all arithmetic is in double.
#include <cmath>
#include <iostream>
#include <string>
#include <vector>

#include "core/base/status_macros.h"
#include "core/sampling/sampler_plan.h"
#include "nlohmann/json.hpp"

namespace kolors {
namespace {

using nlohmann::json;

double Model(double input, double timestep) { return std::sin(1.7 * input + 0.01 * timestep); }

void RunPlan(const SamplerPlan& plan, const json& request, json& answer) {
  const auto noise = request.at("noise").get<std::vector<std::vector<double>>>();
  std::vector<std::vector<double>> state(plan.rows, request.at("x").get<std::vector<double>>());
  const std::vector<std::span<double>> rows(state.begin(), state.end());
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    const SamplerStep& step = plan.steps[i];
    std::vector<double> eps, x0;
    for (const double x : state[0]) {
      eps.push_back(Model(step.input_scale * x, step.timestep));
      x0.push_back(step.x0_from_x * x + step.x0_from_eps * eps.back());
    }
    ApplyStep(step, rows, eps,
              step.needs_noise ? std::span<const double>(noise.at(i)) : std::span<const double>());
    answer["timesteps"].push_back(step.timestep);
    answer["sigmas"].push_back(-step.x0_from_eps);  // sigma / alpha, in any scaling
    answer["needs_noise"].push_back(step.needs_noise);
    answer["x"].push_back(state[0]);
    answer["x0"].push_back(x0);
  }
}

absl::StatusOr<json> Answer(const json& request) {
  ASSIGN_OR_RETURN(const NoiseScheduleConfig config, ParseNoiseScheduleConfig(request.at("config")));
  const auto kind = ParseSamplerName(request.at("sampler").get<std::string>());
  if (!kind) return absl::InvalidArgumentError("no such sampler");
  const NoiseSchedule schedule(config);
  ASSIGN_OR_RETURN(const SamplerPlan plan,
                   MakeSamplerPlan(*kind, schedule, request.at("num_inference_steps")));
  json answer = {{"alphas_cumprod", schedule.alphas_cumprod()},
                 {"max_inference_steps", MaxInferenceSteps(*kind, schedule)},
                 {"init_noise_sigma", plan.init_noise_sigma}};
  RunPlan(plan, request, answer);
  return answer;
}

}  // namespace
}  // namespace kolors

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    const auto answer = kolors::Answer(nlohmann::json::parse(line));
    std::cout << (answer.ok() ? *answer
                              : nlohmann::json{{"error", std::string(answer.status().message())}})
              << std::endl;
  }
}
