// DPM-Solver++(2M) for the reverse SDE, midpoint: diffusers' sde-dpmsolver++, after k-diffusion's
// sample_dpmpp_2m_sde with eta 1.
#include <cmath>

#include "core/sampling/samplers.h"
#include "core/sampling/step_row.h"

namespace kolors {

SamplerPlan PlanDpmpp2mSde(const InferenceSchedule& visited) {
  SamplerPlan plan{.rows = 2};  // x, the previous step's clean latents
  for (int i = 0; i < std::ssize(visited.timesteps); ++i) {
    const NoiseLevel from = NoiseLevel::FromRatio(visited.sigmas[i]);
    const NoiseLevel to = NoiseLevel::FromRatio(visited.sigmas[i + 1]);
    const double h = to.lambda - from.lambda;
    const double replaced = -std::expm1(-2 * h);  // the share of variance that is drawn anew
    SamplerStep step = StepAt(visited.timesteps[i], from.alpha, from.sigma);
    step.needs_noise = true;
    const StepRow clean = CleanLatents(step);
    const StepRow target = ExtrapolatedCleanLatents(visited, i, clean, StateRow(1));
    step.matrix[0] = to.sigma / from.sigma * std::exp(-h) * StateRow(0) +
                     to.alpha * replaced * target + to.sigma * std::sqrt(replaced) * Noise();
    step.matrix[1] = clean;
    plan.steps.push_back(step);
  }
  return plan;
}

}  // namespace kolors
