#include "core/sampling/sampler_plan.h"

#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/check.h"
#include "core/base/error_details.h"
#include "core/sampling/samplers.h"

namespace kolors {
namespace {

SamplerPlan MakePlan(SamplerKind kind, const NoiseSchedule& schedule, int steps) {
  switch (kind) {
    case SamplerKind::kEuler:
      return PlanEuler(schedule, steps);
    case SamplerKind::kEulerAncestral:
      return PlanEulerAncestral(schedule, steps);
    case SamplerKind::kDpmpp2m:
      return PlanDpmpp2m(MultistepSchedule(schedule, steps));
    case SamplerKind::kDpmpp2mKarras:
      return PlanDpmpp2m(KarrasSchedule(schedule, steps));
    case SamplerKind::kDpmpp2mSde:
      return PlanDpmpp2mSde(MultistepSchedule(schedule, steps));
    case SamplerKind::kDpmpp2mSdeKarras:
      return PlanDpmpp2mSde(KarrasSchedule(schedule, steps));
    case SamplerKind::kDdim:
      return PlanDdim(schedule, steps);
    case SamplerKind::kUniPc:
      return PlanUniPc(schedule, steps);
    case SamplerKind::kDdimDiffsynth:
      return PlanDdimDiffsynth(schedule, steps);
  }
  KOLORS_CHECK(false) << "sampler kind " << static_cast<int>(kind);
  return {};
}

// Values: float or double.
template <typename Value>
void Apply(const SamplerStep& step, std::span<const std::span<Value>> state,
           std::span<const Value> eps, std::span<const Value> noise) {
  const size_t rows = state.size();
  KOLORS_CHECK(rows >= 1 && rows <= kMaxStateRows) << rows << " state rows";
  KOLORS_CHECK(!step.needs_noise || noise.size() == eps.size()) << noise.size() << " noise values";
  for (const auto& row : state) KOLORS_CHECK(row.size() == eps.size()) << row.size();
  for (size_t i = 0; i < eps.size(); ++i) {
    StepRow inputs{};
    for (size_t c = 0; c < rows; ++c) inputs[c] = state[c][i];
    inputs[kEpsColumn] = eps[i];
    if (step.needs_noise) inputs[kNoiseColumn] = noise[i];
    for (size_t r = 0; r < rows; ++r) {
      double sum = 0;
      for (int c = 0; c < kStepColumns; ++c) sum += step.matrix[r][c] * inputs[c];
      state[r][i] = static_cast<Value>(sum);
    }
  }
}

}  // namespace

int MaxInferenceSteps(SamplerKind kind, const NoiseSchedule& schedule) {
  const int train = schedule.num_train_timesteps();
  const NoiseScheduleConfig& config = schedule.config();
  const bool leading = config.timestep_spacing == TimestepSpacing::kLeading;
  switch (kind) {
    case SamplerKind::kEuler:
    case SamplerKind::kEulerAncestral:
    case SamplerKind::kDpmpp2mKarras:
    case SamplerKind::kDpmpp2mSdeKarras:
    case SamplerKind::kDdimDiffsynth:
      return train;
    case SamplerKind::kDdim:
      return leading ? train - config.steps_offset : train;
    case SamplerKind::kDpmpp2m:
    case SamplerKind::kDpmpp2mSde:
    case SamplerKind::kUniPc:
      if (config.timestep_spacing == TimestepSpacing::kTrailing) return train;
      return train - 1 - (leading ? config.steps_offset : 0);
  }
  KOLORS_CHECK(false) << "sampler kind " << static_cast<int>(kind);
  return 0;
}

absl::StatusOr<SamplerPlan> MakeSamplerPlan(SamplerKind kind, const NoiseSchedule& schedule,
                                            int num_inference_steps) {
  const int most = MaxInferenceSteps(kind, schedule);
  if (num_inference_steps < 1 || num_inference_steps > most) {
    const std::string wrong =
        absl::StrCat("must be from 1 to ", most, " for the sampler ",
                     std::string(SamplerName(kind)), " with this model, is ", num_inference_steps);
    return MakeError(
        absl::StatusCode::kInvalidArgument, absl::StrCat("num_inference_steps ", wrong),
        {.reason = "NUM_INFERENCE_STEPS_OUT_OF_RANGE", .field_violations = {{"num_inference_steps", wrong}}});
  }
  SamplerPlan plan = MakePlan(kind, schedule, num_inference_steps);
  plan.kind = kind;
  return plan;
}

void ApplyStep(const SamplerStep& step, std::span<const std::span<float>> state,
               std::span<const float> eps, std::span<const float> noise) {
  Apply<float>(step, state, eps, noise);
}

void ApplyStep(const SamplerStep& step, std::span<const std::span<double>> state,
               std::span<const double> eps, std::span<const double> noise) {
  Apply<double>(step, state, eps, noise);
}

}  // namespace kolors
