// The noise levels that one image visits: num_inference_steps of the training timesteps, falling.
//
// Which ones is a convention of each diffusers scheduler; the arithmetic follows its mix of float32
// and float64, since a last bit decides how a timestep rounds.
#pragma once

#include <vector>

#include "core/sampling/noise_schedule.h"

namespace kolors {

// Latents x of alpha * x_0 + sigma * noise, alpha^2 + sigma^2 = 1 (DPM-Solver's notation).
struct NoiseLevel {
  double alpha;
  double sigma;
  double lambda;  // log(alpha / sigma); +infinity when clean

  // ratio = sigma / alpha, what diffusers calls a sigma.
  static NoiseLevel FromRatio(double ratio);
  static NoiseLevel FromAlphaCumprod(double alpha_cumprod);
};

struct InferenceSchedule {
  std::vector<double> timesteps;  // falling, num_inference_steps
  std::vector<double> sigmas;     // sigma / alpha at each, then 0: one more than timesteps
};

// num_inference_steps timesteps over the whole range. EulerDiscrete, EulerAncestralDiscrete.
InferenceSchedule EulerSchedule(const NoiseSchedule& schedule, int num_inference_steps);

// As above, but whole timesteps only. DDIM.
std::vector<int> DdimTimesteps(const NoiseSchedule& schedule, int num_inference_steps);

// num_inference_steps + 1 timesteps over the whole range without the cleanest one.
// DPMSolverMultistep, UniPCMultistep.
InferenceSchedule MultistepSchedule(const NoiseSchedule& schedule, int num_inference_steps);

// Sigmas by rho = 7 from the noisiest to the cleanest training timestep ("Elucidating the Design
// Space of Diffusion-Based Generative Models", eq. 5), told to the model as the nearest timesteps.
InferenceSchedule KarrasSchedule(const NoiseSchedule& schedule, int num_inference_steps);

}  // namespace kolors
