// Fourth stage: latents to pixels, exactly or as a quick guess.
#pragma once

#include <ATen/core/Tensor.h>

#include "core/image/image.h"
#include "core/pipeline/model.h"

namespace kolors {

// How a VAE copes with pictures whose activations would not fit.
enum class VaeTiling { kOff, kOn };

// latents: [C, H, W] fp32. Returns [height, width, 3] uint8 on the device: -1 … 1 mapped to 0 … 255,
// rounded half to even as diffusers rounds.
at::Tensor DecodeLatents(const Model& model, const at::Tensor& latents, VaeTiling tiling);

// [height, width, 3] uint8, on any device, to an image; waits for the device.
Image ToImage(const at::Tensor& pixels);

// A linear guess from latents to colours, one pixel a latent: what the VAE does on average, found by
// least squares on pictures it decodes itself, so it fits any VAE.
class LatentPreview {
 public:
  // Decodes a few smooth random latents; call it once, after loading.
  explicit LatentPreview(const Model& model);

  // clean: [C, H, W] fp32 -> [H, W, 3] uint8 on the device.
  at::Tensor operator()(const at::Tensor& clean) const;

 private:
  at::Tensor factors_;  // [C + 1, 3] fp32, the last row the bias
};

}  // namespace kolors
