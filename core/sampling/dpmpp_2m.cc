// DPM-Solver++(2M), midpoint (Lu et al. 2022, "DPM-Solver++", algorithm 2).
#include <cmath>

#include "core/sampling/samplers.h"
#include "core/sampling/step_row.h"

namespace kolors {

StepRow ExtrapolatedCleanLatents(const InferenceSchedule& visited, int i, const StepRow& clean,
                                 const StepRow& previous_clean) {
  const bool first_order = i == 0 || i + 1 == std::ssize(visited.timesteps);
  if (first_order) return clean;
  const double lambda_previous = NoiseLevel::FromRatio(visited.sigmas[i - 1]).lambda;
  const double lambda = NoiseLevel::FromRatio(visited.sigmas[i]).lambda;
  const double lambda_next = NoiseLevel::FromRatio(visited.sigmas[i + 1]).lambda;
  const double ratio = (lambda - lambda_previous) / (lambda_next - lambda);
  return clean + 0.5 / ratio * (clean - previous_clean);
}

SamplerPlan PlanDpmpp2m(const InferenceSchedule& visited) {
  SamplerPlan plan{.rows = 2};  // x, the previous step's clean latents
  for (int i = 0; i < std::ssize(visited.timesteps); ++i) {
    const NoiseLevel from = NoiseLevel::FromRatio(visited.sigmas[i]);
    const NoiseLevel to = NoiseLevel::FromRatio(visited.sigmas[i + 1]);
    SamplerStep step = StepAt(visited.timesteps[i], from.alpha, from.sigma);
    const StepRow clean = CleanLatents(step);
    const StepRow target = ExtrapolatedCleanLatents(visited, i, clean, StateRow(1));
    step.matrix[0] = to.sigma / from.sigma * StateRow(0) -
                     to.alpha * std::expm1(from.lambda - to.lambda) * target;
    step.matrix[1] = clean;
    plan.steps.push_back(step);
  }
  return plan;
}

}  // namespace kolors
