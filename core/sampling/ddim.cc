// DDIM with eta 0 (Song et al. 2020, eq. 12), no clipping.
#include "core/sampling/samplers.h"
#include "core/sampling/step_row.h"

namespace kolors {

SamplerStep DdimStep(double timestep, double alpha_cumprod, double next_alpha_cumprod) {
  const NoiseLevel from = NoiseLevel::FromAlphaCumprod(alpha_cumprod);
  const NoiseLevel to = NoiseLevel::FromAlphaCumprod(next_alpha_cumprod);
  SamplerStep step = StepAt(timestep, from.alpha, from.sigma);
  step.matrix[0] = to.alpha * CleanLatents(step) + to.sigma * Eps();
  return step;
}

SamplerPlan PlanDdim(const NoiseSchedule& schedule, int num_inference_steps) {
  const auto alphas_cumprod = schedule.alphas_cumprod();
  const double final_alpha_cumprod =
      schedule.config().set_alpha_to_one ? 1.0 : alphas_cumprod.front();
  // By stride, not the next one of the list: the two differ in linspace and trailing spacing.
  const int stride = schedule.num_train_timesteps() / num_inference_steps;
  SamplerPlan plan;
  for (const int timestep : DdimTimesteps(schedule, num_inference_steps)) {
    const int next = timestep - stride;
    plan.steps.push_back(DdimStep(timestep, alphas_cumprod[timestep],
                                  next >= 0 ? alphas_cumprod[next] : final_alpha_cumprod));
  }
  return plan;
}

}  // namespace kolors
