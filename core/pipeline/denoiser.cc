#include "core/pipeline/denoiser.h"

#include <ATen/ATen.h>

#include "core/ops/sampler_step.h"

namespace kolors {

namespace {

std::vector<at::Tensor> Map(std::span<LatentImage* const> images, auto&& function) {
  std::vector<at::Tensor> tensors;
  for (LatentImage* image : images) tensors.push_back(function(*image));
  return tensors;
}

UNetConditioning Join(std::span<const std::shared_ptr<const DenoisePlan>> plans) {
  auto join = [&](auto&& part) {
    std::vector<at::Tensor> parts;
    for (const auto& plan : plans) parts.push_back(part(plan->conditioning));
    return at::cat(parts);
  };
  UNetConditioning joined;
  joined.added_embedding = join([](const UNetConditioning& c) { return c.added_embedding; });
  for (size_t i = 0; i < plans[0]->conditioning.context.size(); ++i) {
    joined.context.push_back({join([i](const UNetConditioning& c) { return c.context[i].key; }),
                              join([i](const UNetConditioning& c) { return c.context[i].value; })});
  }
  return joined;
}

}  // namespace

LatentImage::LatentImage(std::shared_ptr<const DenoisePlan> plan_in, NoiseGenerator noise_in, int64_t channels)
    : plan(std::move(plan_in)), noise(std::move(noise_in)) {
  const int64_t shape[] = {1, channels, plan->latent_height, plan->latent_width};
  at::Tensor x = noise.Draw(shape) * plan->sampler.init_noise_sigma;
  state = at::cat({x, at::zeros({kMaxStateRows - 1, channels, shape[2], shape[3]}, x.options())});
}

std::shared_ptr<const DenoisePlan> Denoiser::MakePlan(SamplerPlan sampler, float guidance_scale, int width,
                                                      int height, const EncodedPrompt& positive,
                                                      const EncodedPrompt* negative) {
  auto plan = std::make_shared<DenoisePlan>();
  plan->sampler = std::move(sampler);
  plan->guidance_scale = guidance_scale;
  plan->latent_height = height / model_.vae_config.downscale();
  plan->latent_width = width / model_.vae_config.downscale();

  std::vector<at::Tensor> embeds, pooled;
  if (negative != nullptr) {
    embeds.push_back(negative->embeds);
    pooled.push_back(negative->pooled);
  }
  embeds.push_back(positive.embeds);
  pooled.push_back(positive.pooled);
  // Original size, crop corner, target size: SDXL's micro-conditioning (arXiv:2307.01952, 2.2).
  const float h = height, w = width;
  at::Tensor time_ids = at::tensor({h, w, 0.f, 0.f, h, w}).to(model_.device);
  time_ids = time_ids.expand({static_cast<int64_t>(embeds.size()), 6});
  plan->conditioning = model_.unet->Condition(at::stack(embeds), at::stack(pooled), time_ids);
  return plan;
}

void Denoiser::Step(std::span<LatentImage* const> images, at::Tensor* clean) {
  std::vector<const SamplerStep*> steps;
  bool needs_noise = false;
  for (LatentImage* image : images) {
    steps.push_back(&image->plan->sampler.steps[image->step]);
    needs_noise |= steps.back()->needs_noise;
  }
  at::Tensor eps = PredictNoise(images);
  at::Tensor state = at::stack(Map(images, [](LatentImage& image) { return image.state; }));
  if (clean != nullptr) *clean = ops::PredictClean(state, eps, steps);
  at::Tensor noise;
  if (needs_noise) {
    noise = at::cat(Map(images, [](LatentImage& image) {
      at::Tensor like = image.latents().unsqueeze(0);
      return image.plan->sampler.steps[image.step].needs_noise ? image.noise.Draw(like.sizes())
                                                               : at::zeros_like(like);
    }));
  }
  at::Tensor next = ops::SamplerUpdate(state, eps, noise, steps);
  for (size_t i = 0; i < images.size(); ++i) {
    images[i]->state = next[i];
    ++images[i]->step;
  }
}

const UNetConditioning& Denoiser::Conditioning(std::span<LatentImage* const> images) {
  if (images.size() == 1) return images[0]->plan->conditioning;
  std::vector<std::shared_ptr<const DenoisePlan>> plans;
  for (LatentImage* image : images) plans.push_back(image->plan);
  if (plans != joined_for_) {
    joined_ = Join(plans);
    joined_for_ = std::move(plans);
  }
  return joined_;
}

at::Tensor Denoiser::PredictNoise(std::span<LatentImage* const> images) {
  std::vector<at::Tensor> inputs;
  std::vector<float> timesteps, scales;
  std::vector<int64_t> negative_rows, positive_rows;
  bool any_guided = false;
  for (LatentImage* image : images) {
    const SamplerStep& step = image->plan->sampler.steps[image->step];
    at::Tensor x = image->latents() * step.input_scale;
    const int rows = image->plan->guided() ? 2 : 1;
    any_guided |= rows == 2;
    negative_rows.push_back(inputs.size());
    inputs.insert(inputs.end(), rows, x);
    timesteps.insert(timesteps.end(), rows, static_cast<float>(step.timestep));
    positive_rows.push_back(inputs.size() - 1);
    // An unguided image is its own negative: any scale leaves it as it is, up to rounding at 1.
    scales.push_back(rows == 2 ? image->plan->guidance_scale : 0.f);
  }
  at::Tensor eps = (*model_.unet)(at::stack(inputs), at::tensor(timesteps).to(model_.device), Conditioning(images));
  auto rows_of = [&](const std::vector<int64_t>& rows) {
    return eps.index_select(0, at::tensor(rows, at::kLong).to(model_.device));
  };
  if (!any_guided) return eps.to(at::kFloat);
  at::Tensor scale = at::tensor(scales).view({-1, 1, 1, 1}).to(model_.device);
  return ops::Guide(rows_of(negative_rows), rows_of(positive_rows), scale);
}

}  // namespace kolors
