#include "core/sampling/inference_schedule.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace kolors {
namespace {

double RoundToFloat(double value) { return static_cast<float>(value); }

// numpy.linspace(0, end, count)[i]. One point alone is the start.
double LinspaceAt(double end, int count, int i) {
  if (count == 1) return 0;
  return i == count - 1 ? end : i * (end / (count - 1));
}

// The timestep of step i, before any rounding, where the range is cut into `points` of which the
// first num_inference_steps are visited.
double TimestepAt(const NoiseSchedule& schedule, int num_inference_steps, int points, int i) {
  const int train = schedule.num_train_timesteps();
  const int from_end = points - 1 - i;
  switch (schedule.config().timestep_spacing) {
    case TimestepSpacing::kLeading:
      return from_end * (train / points) + schedule.config().steps_offset;
    case TimestepSpacing::kLinspace:
      return LinspaceAt(train - 1, points, from_end);
    case TimestepSpacing::kTrailing:
      break;
  }
  const double stride = train - (train - static_cast<double>(train) / num_inference_steps);
  return std::nearbyint(train - i * stride) - 1;
}

// Between the training timesteps linearly, beyond the last one constant.
double SigmaAt(const NoiseSchedule& schedule, double timestep) {
  const auto sigmas = schedule.sigmas();
  const size_t low = static_cast<size_t>(timestep);
  if (low + 1 >= sigmas.size()) return sigmas.back();
  return (sigmas[low + 1] - sigmas[low]) * (timestep - static_cast<double>(low)) + sigmas[low];
}

InferenceSchedule WithSigmas(const NoiseSchedule& schedule, std::vector<double> timesteps) {
  std::vector<double> sigmas;
  for (const double timestep : timesteps) {
    sigmas.push_back(RoundToFloat(SigmaAt(schedule, timestep)));
  }
  sigmas.push_back(0);
  return {std::move(timesteps), std::move(sigmas)};
}

// The training timestep, not whole, whose log sigma this is.
double TimestepOfSigma(const NoiseSchedule& schedule, double sigma) {
  const auto sigmas = schedule.sigmas();
  const auto log_at = [&](ptrdiff_t i) { return std::log(static_cast<float>(sigmas[i])); };
  const double log_sigma = std::log(sigma);
  const auto above = std::ranges::upper_bound(sigmas, sigma);
  const ptrdiff_t low =
      std::clamp<ptrdiff_t>(std::distance(sigmas.begin(), above) - 1, 0, std::ssize(sigmas) - 2);
  const double weight = std::clamp(
      (log_at(low) - log_sigma) / static_cast<double>(log_at(low) - log_at(low + 1)), 0.0, 1.0);
  return static_cast<double>(low) + weight;
}

}  // namespace

NoiseLevel NoiseLevel::FromRatio(double ratio) {
  const double alpha = 1 / std::sqrt(ratio * ratio + 1);
  return {alpha, ratio * alpha, -std::log(ratio)};
}

NoiseLevel NoiseLevel::FromAlphaCumprod(double alpha_cumprod) {
  return {std::sqrt(alpha_cumprod), std::sqrt(1 - alpha_cumprod),
          0.5 * std::log(alpha_cumprod / (1 - alpha_cumprod))};
}

InferenceSchedule EulerSchedule(const NoiseSchedule& schedule, int num_inference_steps) {
  std::vector<double> timesteps;
  for (int i = 0; i < num_inference_steps; ++i) {
    timesteps.push_back(
        RoundToFloat(TimestepAt(schedule, num_inference_steps, num_inference_steps, i)));
  }
  return WithSigmas(schedule, std::move(timesteps));
}

std::vector<int> DdimTimesteps(const NoiseSchedule& schedule, int num_inference_steps) {
  std::vector<int> timesteps;
  for (int i = 0; i < num_inference_steps; ++i) {
    timesteps.push_back(static_cast<int>(
        std::nearbyint(TimestepAt(schedule, num_inference_steps, num_inference_steps, i))));
  }
  return timesteps;
}

InferenceSchedule MultistepSchedule(const NoiseSchedule& schedule, int num_inference_steps) {
  std::vector<double> timesteps;
  for (int i = 0; i < num_inference_steps; ++i) {
    timesteps.push_back(
        std::nearbyint(TimestepAt(schedule, num_inference_steps, num_inference_steps + 1, i)));
  }
  return WithSigmas(schedule, std::move(timesteps));
}

InferenceSchedule KarrasSchedule(const NoiseSchedule& schedule, int num_inference_steps) {
  constexpr double kRho = 7;
  const double noisiest = std::pow(schedule.sigmas().back(), 1 / kRho);
  const double cleanest = std::pow(schedule.sigmas().front(), 1 / kRho);
  InferenceSchedule result;
  for (int i = 0; i < num_inference_steps; ++i) {
    const double ramp = LinspaceAt(1, num_inference_steps, i);
    const double sigma = std::pow(noisiest + ramp * (cleanest - noisiest), kRho);
    result.timesteps.push_back(std::nearbyint(TimestepOfSigma(schedule, sigma)));
    result.sigmas.push_back(RoundToFloat(sigma));
  }
  result.sigmas.push_back(0);
  return result;
}

}  // namespace kolors
