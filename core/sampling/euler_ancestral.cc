// Euler's method that steps below the next noise level and adds fresh noise up to it
// (k-diffusion's sample_euler_ancestral with eta 1).
#include <cmath>

#include "core/sampling/samplers.h"
#include "core/sampling/step_row.h"

namespace kolors {

SamplerPlan PlanEulerAncestral(const NoiseSchedule& schedule, int num_inference_steps) {
  const InferenceSchedule visited = EulerSchedule(schedule, num_inference_steps);
  SamplerPlan plan{.init_noise_sigma = EulerInitNoiseSigma(schedule, visited)};
  for (int i = 0; i < num_inference_steps; ++i) {
    const double sigma = visited.sigmas[i];
    const double next = visited.sigmas[i + 1];
    const double up = next * std::sqrt(sigma * sigma - next * next) / sigma;
    const double down = std::sqrt(next * next - up * up);
    SamplerStep step = StepAt(visited.timesteps[i], 1, sigma);
    step.input_scale = 1 / std::sqrt(sigma * sigma + 1);
    step.needs_noise = true;
    step.matrix[0] = StateRow(0) + (down - sigma) * Eps() + up * Noise();
    plan.steps.push_back(step);
  }
  return plan;
}

}  // namespace kolors
