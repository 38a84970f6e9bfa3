// A sampler as data: everything it will do to an image, worked out before the first step.
//
// Every sampler here is linear in the latents, the model's output and the noise. So a plan is one
// small matrix a step, and one device kernel executes any of them: images with different samplers,
// step counts and guidance share a batch, and the update can live inside a CUDA graph.
//
//   state[0] = plan.init_noise_sigma * N(0, 1); other rows: anything finite, say 0
//   for step in plan.steps:
//     eps   = model(step.input_scale * state[0], step.timestep)        (after guidance)
//     noise = step.needs_noise ? N(0, 1) : unused
//     state = step.matrix * [state; eps; noise]
//   latents = state[0]
#pragma once

#include <array>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "core/sampling/noise_schedule.h"
#include "core/sampling/sampler_kind.h"

namespace kolors {

// Tensors of the latents' shape that one image carries from step to step. Row 0 is the sample x;
// what the others hold is the sampler's business.
inline constexpr int kMaxStateRows = 3;
// Columns of a step's matrix: the old rows, then the model's output, then the noise.
inline constexpr int kEpsColumn = kMaxStateRows;
inline constexpr int kNoiseColumn = kMaxStateRows + 1;
inline constexpr int kStepColumns = kMaxStateRows + 2;

using StepRow = std::array<double, kStepColumns>;
using StepMatrix = std::array<StepRow, kMaxStateRows>;

struct SamplerStep {
  // What the model is told: in training timesteps, not always whole. May exceed the last training
  // timestep by steps_offset, as in diffusers.
  double timestep = 0;
  // The model sees input_scale * x, which has about unit variance.
  double input_scale = 1;
  // new_state[r] = sum_c matrix[r][c] * old_state[c]
  //              + matrix[r][kEpsColumn] * eps + matrix[r][kNoiseColumn] * noise.
  // All new rows come from old rows: an in-place kernel must read every row first.
  // Rows and state columns from plan.rows on are 0.
  StepMatrix matrix{};
  // Whether the image's generator gives one standard normal draw of the latents' shape for this
  // step; drawn even where its coefficient is 0, so that the generator stays where diffusers'
  // would be.
  bool needs_noise = false;
  // The clean latents as the model sees them at this step, for previews:
  // x0 = x0_from_x * x + x0_from_eps * eps.
  double x0_from_x = 1;
  double x0_from_eps = 0;
};

struct SamplerPlan {
  SamplerKind kind = SamplerKind::kEuler;
  int rows = 1;  // state rows in use, 1 … kMaxStateRows
  double init_noise_sigma = 1;
  std::vector<SamplerStep> steps;  // num_inference_steps of them
};

// Pure: the same arguments give the same plan. Semantics: diffusers 0.42's
// Scheduler.from_config(config) for every kind but kDdimDiffsynth, which is DiffSynth-Studio's
// DDIM. INVALID_ARGUMENT with a violation of num_inference_steps unless that is 1 …
// MaxInferenceSteps.
absl::StatusOr<SamplerPlan> MakeSamplerPlan(SamplerKind kind, const NoiseSchedule& schedule,
                                            int num_inference_steps);

// The most steps that the sampler can take without visiting a noise level twice where its formula
// forbids it: num_train_timesteps, or one or two less.
int MaxInferenceSteps(SamplerKind kind, const NoiseSchedule& schedule);

// One step on the CPU, in place: the reference that kernels are held against.
// state: plan.rows spans; eps and noise: as long as each of them (noise may be empty where
// !step.needs_noise). Arithmetic in double, each new value rounded to float once.
void ApplyStep(const SamplerStep& step, std::span<const std::span<float>> state,
               std::span<const float> eps, std::span<const float> noise);
void ApplyStep(const SamplerStep& step, std::span<const std::span<double>> state,
               std::span<const double> eps, std::span<const double> noise);

}  // namespace kolors
