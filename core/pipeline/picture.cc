#include "core/pipeline/picture.h"

#include <ATen/ATen.h>

#include <cstring>

#include "core/pipeline/noise.h"

namespace kolors {

namespace {

// Latents in a tile: 1024 pixels with SDXL's VAE, so that common sizes decode whole.
constexpr int64_t kTile = 128;

at::Tensor ToBytes(const at::Tensor& unit) { return at::round(unit.clamp(0, 1) * 255).to(at::kByte); }

}  // namespace

at::Tensor DecodeLatents(const Model& model, const at::Tensor& latents, VaeTiling tiling) {
  at::Tensor batch = latents.unsqueeze(0).to(model.precision.vae);
  at::Tensor picture =
      tiling == VaeTiling::kOn ? model.vae_decoder->Tiled(batch, kTile) : (*model.vae_decoder)(batch);
  return ToBytes(picture[0].to(at::kFloat).permute({1, 2, 0}) / 2 + 0.5).contiguous();
}

Image ToImage(const at::Tensor& pixels) {
  at::Tensor host = pixels.to(at::kCPU).contiguous();
  Image image{.width = static_cast<int>(host.size(1)), .height = static_cast<int>(host.size(0))};
  image.pixels.resize(host.numel());
  std::memcpy(image.pixels.data(), host.const_data_ptr(), image.pixels.size());
  return image;
}

LatentPreview::LatentPreview(const Model& model) {
  constexpr int64_t kPictures = 4, kSide = 16;
  const int64_t channels = model.vae_config.latent_channels, scale = model.vae_config.downscale();
  // Smooth blobs with about unit variance, from a generator of their own: previews repeat as well.
  NoiseGenerator noise(NoiseSource::kCpu, /*seed=*/0, model.device, at::kFloat);
  at::Tensor coarse = noise.Draw({kPictures, channels, kSide / 4, kSide / 4});
  at::Tensor latents = at::upsample_bilinear2d(coarse, {kSide, kSide}, /*align_corners=*/false) * 1.5;
  at::Tensor pictures = (*model.vae_decoder)(latents.to(model.precision.vae)).to(at::kFloat);
  at::Tensor colours = at::avg_pool2d(pictures, {scale, scale});

  auto pixels = [](const at::Tensor& x) { return x.permute({0, 2, 3, 1}).flatten(0, 2).to(at::kCPU).to(at::kDouble); };
  at::Tensor inputs = pixels(latents);
  inputs = at::cat({inputs, at::ones({inputs.size(0), 1}, inputs.options())}, 1);
  at::Tensor normal = inputs.t().matmul(inputs) + 1e-6 * at::eye(channels + 1, inputs.options());
  factors_ = at::linalg_solve(normal, inputs.t().matmul(pixels(colours))).to(at::kFloat).to(model.device);
}

at::Tensor LatentPreview::operator()(const at::Tensor& clean) const {
  const int64_t channels = clean.size(0);
  at::Tensor colours = clean.permute({1, 2, 0}).matmul(factors_.narrow(0, 0, channels)) + factors_[channels];
  return ToBytes(colours / 2 + 0.5);
}

}  // namespace kolors
