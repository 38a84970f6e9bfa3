#include "core/sampling/noise_schedule.h"

#include <cmath>

#include "core/base/check.h"

namespace kolors {
namespace {

// torch.linspace in float32, to the bit on any CPU with AVX2 (there torch's multiply and add fuse):
// rises from the start in the first half, falls from the end in the other.
std::vector<float> Linspace(float start, float end, int count) {
  std::vector<float> values(count);
  const float step = (end - start) / static_cast<float>(count - 1);
  for (int i = 0; i < count; ++i) {
    values[i] = i < count / 2 ? std::fma(step, static_cast<float>(i), start)
                              : std::fma(-step, static_cast<float>(count - 1 - i), end);
  }
  return values;
}

std::vector<float> Betas(const NoiseScheduleConfig& config) {
  const auto [start, end] = std::pair(config.beta_start, config.beta_end);
  const int count = config.num_train_timesteps;
  if (config.beta_schedule == BetaSchedule::kLinear) {
    return Linspace(static_cast<float>(start), static_cast<float>(end), count);
  }
  std::vector<float> betas =
      Linspace(static_cast<float>(std::sqrt(start)), static_cast<float>(std::sqrt(end)), count);
  for (float& beta : betas) beta *= beta;
  return betas;
}

}  // namespace

NoiseSchedule::NoiseSchedule(const NoiseScheduleConfig& config) : config_(config) {
  KOLORS_CHECK(config.num_train_timesteps >= 2) << config.num_train_timesteps;
  // torch.cumprod on a CPU accumulates float32 in double and rounds every element once.
  double product = 1;
  for (const float beta : Betas(config)) {
    product *= 1.0f - beta;
    const float alpha_cumprod = static_cast<float>(product);
    alphas_cumprod_.push_back(alpha_cumprod);
    sigmas_.push_back(std::sqrt((1.0f - alpha_cumprod) / alpha_cumprod));
  }
}

NoiseSchedule::NoiseCoefficients NoiseSchedule::AddNoise(int timestep) const {
  KOLORS_CHECK(timestep >= 0 && timestep < num_train_timesteps()) << timestep;
  const double alpha_cumprod = alphas_cumprod_[timestep];
  return {std::sqrt(alpha_cumprod), std::sqrt(1 - alpha_cumprod)};
}

double NoiseSchedule::Snr(int timestep) const {
  KOLORS_CHECK(timestep >= 0 && timestep < num_train_timesteps()) << timestep;
  return alphas_cumprod_[timestep] / (1 - alphas_cumprod_[timestep]);
}

}  // namespace kolors
