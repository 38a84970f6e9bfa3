// Guidance and the sampler's update, for a whole batch at once.
#pragma once

#include <ATen/core/Tensor.h>

#include <span>

#include "core/sampling/sampler_plan.h"

namespace kolors::ops {

// Classifier-free guidance (Ho & Salimans 2022, arXiv:2207.12598): negative + scale * (positive -
// negative), in fp32. All [N, C, H, W]; scale: [N, 1, 1, 1].
at::Tensor Guide(const at::Tensor& negative, const at::Tensor& positive, const at::Tensor& scale);

// Executes one step of a plan for every image of a batch (core/sampling/sampler_plan.h).
//
// state: [N, kMaxStateRows, C, H, W] fp32. eps, noise: [N, C, H, W] fp32; noise undefined: none.
// steps: N of them, one an image; they may belong to different plans. Returns the new state.
at::Tensor SamplerUpdate(const at::Tensor& state, const at::Tensor& eps, const at::Tensor& noise,
                         std::span<const SamplerStep* const> steps);

// The clean latents the model sees at this step, [N, C, H, W]; arguments as above.
at::Tensor PredictClean(const at::Tensor& state, const at::Tensor& eps,
                        std::span<const SamplerStep* const> steps);

}  // namespace kolors::ops
