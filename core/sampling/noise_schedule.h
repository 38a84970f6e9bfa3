// How much noise a model was trained to see at each of its timesteps.
//
// Read from diffusers' scheduler/scheduler_config.json, and computed in float32 where diffusers
// does, so that every sigma is the one that diffusers' schedulers use.
#pragma once

#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json_fwd.hpp"

namespace kolors {

enum class BetaSchedule {
  kLinear,        // beta rises linearly
  kScaledLinear,  // sqrt(beta) rises linearly
};

// Which training timesteps an image visits ("Common Diffusion Noise Schedules and Sample Steps are
// Flawed", table 2).
enum class TimestepSpacing { kLeading, kLinspace, kTrailing };

// The fields of scheduler_config.json that matter to a sampler. The defaults are those of
// diffusers' EulerDiscreteScheduler, and set_alpha_to_one false, which is what latents want.
struct NoiseScheduleConfig {
  double beta_start = 0.0001;  // 1e-6 … beta_end
  double beta_end = 0.02;      // … 0.999
  BetaSchedule beta_schedule = BetaSchedule::kLinear;
  int num_train_timesteps = 1000;  // 10 … 100000
  TimestepSpacing timestep_spacing = TimestepSpacing::kLinspace;
  int steps_offset = 0;           // 0 or 1, added to every timestep under kLeading
  bool set_alpha_to_one = false;  // DDIM: the last step ends in clean latents, not in timestep 0
};

// Unknown keys are ignored, as diffusers does. INVALID_ARGUMENT names the key whose value has the
// wrong type, is out of range, or asks for something that is not supported (v_prediction, …).
absl::StatusOr<NoiseScheduleConfig> ParseNoiseScheduleConfig(const nlohmann::json& config);

// Immutable, so safe to share between threads.
//
// x_t = sqrt(alphas_cumprod[t]) * x_0 + sqrt(1 - alphas_cumprod[t]) * noise   (DDPM, eq. 4)
class NoiseSchedule {
 public:
  // config: within the ranges above, as ParseNoiseScheduleConfig gives it.
  explicit NoiseSchedule(const NoiseScheduleConfig& config);

  const NoiseScheduleConfig& config() const { return config_; }
  int num_train_timesteps() const { return config_.num_train_timesteps; }

  // Index: the training timestep, 0 (almost clean) … num_train_timesteps - 1 (almost noise).
  // Values are float32, widened.
  std::span<const double> alphas_cumprod() const { return alphas_cumprod_; }
  // sqrt((1 - alphas_cumprod) / alphas_cumprod), rising with the timestep.
  std::span<const double> sigmas() const { return sigmas_; }

  struct NoiseCoefficients {
    double sqrt_alpha;            // of the clean latents
    double sqrt_one_minus_alpha;  // of the noise
  };
  // The forward process at one timestep (training). timestep: 0 … num_train_timesteps - 1.
  NoiseCoefficients AddNoise(int timestep) const;

  // Signal-to-noise ratio alphas_cumprod / (1 - alphas_cumprod), for SNR-weighted losses.
  double Snr(int timestep) const;

 private:
  NoiseScheduleConfig config_;
  std::vector<double> alphas_cumprod_;
  std::vector<double> sigmas_;
};

}  // namespace kolors
