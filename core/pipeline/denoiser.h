// Third stage: denoising steps for whole batches of images, each at its own step of its own plan.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/pipeline/model.h"
#include "core/pipeline/noise.h"
#include "core/pipeline/prompt_encoder.h"
#include "core/sampling/sampler_plan.h"

namespace kolors {

// What all images of a request share while they are drawn.
struct DenoisePlan {
  SamplerPlan sampler;
  float guidance_scale = 1;
  // Rows: negative and positive where guided, else the positive alone.
  UNetConditioning conditioning;
  int64_t latent_height = 0;
  int64_t latent_width = 0;

  bool guided() const { return guidance_scale > 1; }
};

// One image on its way.
struct LatentImage {
  LatentImage(std::shared_ptr<const DenoisePlan> plan, NoiseGenerator noise, int64_t channels);

  bool done() const { return step == static_cast<int>(plan->sampler.steps.size()); }
  at::Tensor latents() const { return state[0]; }  // [C, H, W] fp32

  std::shared_ptr<const DenoisePlan> plan;
  NoiseGenerator noise;
  int step = 0;      // next to be done
  at::Tensor state;  // [kMaxStateRows, C, H, W] fp32, see core/sampling/sampler_plan.h
};

// Not thread-safe: belongs to the thread that owns the device.
class Denoiser {
 public:
  explicit Denoiser(const Model& model) : model_(model) {}

  // width, height in pixels. negative: null where guidance_scale <= 1.
  std::shared_ptr<const DenoisePlan> MakePlan(SamplerPlan sampler, float guidance_scale, int width, int height,
                                              const EncodedPrompt& positive, const EncodedPrompt* negative);

  // Advances every image by one step in one pass of the UNet. All must have the same latent size and
  // none be done. If clean is given, it is set to the clean latents the model sees, [N, C, H, W] fp32.
  void Step(std::span<LatentImage* const> images, at::Tensor* clean = nullptr);

 private:
  const UNetConditioning& Conditioning(std::span<LatentImage* const> images);
  at::Tensor PredictNoise(std::span<LatentImage* const> images);

  const Model& model_;
  // Conditioning of the batch before, joined: batches seldom change from one step to the next.
  std::vector<std::shared_ptr<const DenoisePlan>> joined_for_;
  UNetConditioning joined_;
};

}  // namespace kolors
