// One function a sampler, each in the file of its name; MakeSamplerPlan picks. num_inference_steps
// has been checked; SamplerPlan::kind is left to the caller.
#pragma once

#include "core/sampling/inference_schedule.h"
#include "core/sampling/noise_schedule.h"
#include "core/sampling/sampler_plan.h"

namespace kolors {

// diffusers' EulerDiscreteScheduler.
SamplerPlan PlanEuler(const NoiseSchedule& schedule, int num_inference_steps);

// diffusers' EulerAncestralDiscreteScheduler.
SamplerPlan PlanEulerAncestral(const NoiseSchedule& schedule, int num_inference_steps);

// The standard deviation of the initial latents of both: diffusers' init_noise_sigma.
double EulerInitNoiseSigma(const NoiseSchedule& schedule, const InferenceSchedule& visited);

// diffusers' DPMSolverMultistepScheduler, order 2, midpoint, over MultistepSchedule or
// KarrasSchedule; algorithm_type dpmsolver++ and sde-dpmsolver++.
SamplerPlan PlanDpmpp2m(const InferenceSchedule& visited);
SamplerPlan PlanDpmpp2mSde(const InferenceSchedule& visited);

// What both integrate over step i: the clean latents half a step ahead, on the line through the
// previous step's and this step's; in the first and the last step just this step's.
StepRow ExtrapolatedCleanLatents(const InferenceSchedule& visited, int i, const StepRow& clean,
                                 const StepRow& previous_clean);

// diffusers' DDIMScheduler, eta 0.
SamplerPlan PlanDdim(const NoiseSchedule& schedule, int num_inference_steps);

// diffusers' UniPCMultistepScheduler, order 2, bh2, predicting x_0, with its corrector.
SamplerPlan PlanUniPc(const NoiseSchedule& schedule, int num_inference_steps);

// DiffSynth-Studio's EnhancedDDIMScheduler.
SamplerPlan PlanDdimDiffsynth(const NoiseSchedule& schedule, int num_inference_steps);

// What both do from one alphas_cumprod to the next.
SamplerStep DdimStep(double timestep, double alpha_cumprod, double next_alpha_cumprod);

}  // namespace kolors
