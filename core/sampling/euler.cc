// Euler's method on the probability-flow ODE dx / dsigma = eps, in the variance-exploding scaling
// x = x_0 + sigma * noise (Karras et al. 2022, algorithm 1 without churn).
#include <algorithm>
#include <cmath>

#include "core/sampling/samplers.h"
#include "core/sampling/step_row.h"

namespace kolors {

double EulerInitNoiseSigma(const NoiseSchedule& schedule, const InferenceSchedule& visited) {
  const double noisiest = visited.sigmas.front();
  return schedule.config().timestep_spacing == TimestepSpacing::kLeading
             ? std::sqrt(noisiest * noisiest + 1)
             : noisiest;
}

SamplerPlan PlanEuler(const NoiseSchedule& schedule, int num_inference_steps) {
  const InferenceSchedule visited = EulerSchedule(schedule, num_inference_steps);
  SamplerPlan plan{.init_noise_sigma = EulerInitNoiseSigma(schedule, visited)};
  for (int i = 0; i < num_inference_steps; ++i) {
    const double sigma = visited.sigmas[i];
    const double next = visited.sigmas[i + 1];
    SamplerStep step = StepAt(visited.timesteps[i], 1, sigma);
    step.input_scale = 1 / std::sqrt(sigma * sigma + 1);
    step.matrix[0] = StateRow(0) + (next - sigma) * Eps();
    plan.steps.push_back(step);
  }
  return plan;
}

}  // namespace kolors
