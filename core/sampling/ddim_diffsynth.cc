// DiffSynth-Studio's DDIM (EnhancedDDIMScheduler): its timesteps reach from the last training
// timestep to 0, both included, and its last step ends in clean latents.
#include <cmath>

#include "core/sampling/samplers.h"
#include "core/sampling/step_row.h"

namespace kolors {
namespace {

int TimestepAt(int last_timestep, int num_inference_steps, int i) {
  if (num_inference_steps == 1) return last_timestep;
  const double stride = static_cast<double>(last_timestep) / (num_inference_steps - 1);
  return static_cast<int>(std::nearbyint(last_timestep - i * stride));
}

}  // namespace

SamplerPlan PlanDdimDiffsynth(const NoiseSchedule& schedule, int num_inference_steps) {
  const auto alphas_cumprod = schedule.alphas_cumprod();
  const int last_timestep = schedule.num_train_timesteps() - 1;
  SamplerPlan plan;
  for (int i = 0; i < num_inference_steps; ++i) {
    const int timestep = TimestepAt(last_timestep, num_inference_steps, i);
    const double next_alpha_cumprod =
        i + 1 == num_inference_steps
            ? 1.0
            : alphas_cumprod[TimestepAt(last_timestep, num_inference_steps, i + 1)];
    plan.steps.push_back(DdimStep(timestep, alphas_cumprod[timestep], next_alpha_cumprod));
  }
  return plan;
}

}  // namespace kolors
