// UniPC of order 2, B(h) = e^h - 1, predicting x_0 (Zhao et al. 2023, "UniPC", algorithms 5 to 7).
//
// A step first corrects the sample it was given, now that the model has been asked there, and then
// predicts the next one. The correction is linear in the model's newest answer, so everything else
// of it is worked out a step earlier and carried as one row instead of three.
#include <algorithm>
#include <cmath>

#include "core/sampling/samplers.h"
#include "core/sampling/step_row.h"

namespace kolors {
namespace {

// State rows beside the sample.
constexpr int kCorrectionRow = 1;     // the corrected sample, but for its share of the next answer
constexpr int kPreviousCleanRow = 2;  // the previous step's clean latents

// From one noise level to the next, with the previous level as memory where order is 2.
struct Interval {
  NoiseLevel from, to;
  int order;
  double rk;  // the memory's place: (lambda_previous - lambda_from) / h, negative; order 2 only

  double h() const { return to.lambda - from.lambda; }
  double B() const { return std::expm1(-h()); }

  // The exponential integrator of order 1, which both formulas refine.
  StepRow Base(const StepRow& x, const StepRow& clean) const {
    return to.sigma / from.sigma * x - to.alpha * B() * clean;
  }
};

Interval IntervalFrom(const InferenceSchedule& visited, int i) {
  const int steps = static_cast<int>(visited.timesteps.size());
  Interval interval{.from = NoiseLevel::FromRatio(visited.sigmas[i]),
                    .to = NoiseLevel::FromRatio(visited.sigmas[i + 1]),
                    .order = std::min({2, steps - i, i + 1}),
                    .rk = 0};
  if (interval.order == 2) {
    const NoiseLevel previous = NoiseLevel::FromRatio(visited.sigmas[i - 1]);
    interval.rk = (previous.lambda - interval.from.lambda) / interval.h();
  }
  return interval;
}

StepRow Predict(const Interval& interval, const StepRow& x, const StepRow& clean,
                const StepRow& previous_clean) {
  const StepRow base = interval.Base(x, clean);
  if (interval.order == 1) return base;
  const StepRow slope = 1 / interval.rk * (previous_clean - clean);
  return base - interval.to.alpha * interval.B() * 0.5 * slope;
}

// How much the corrector trusts the slope behind it and the one ahead.
struct CorrectorWeights {
  double behind, ahead;
};

CorrectorWeights WeightsOf(const Interval& interval) {
  if (interval.order == 1) return {0, 0.5};
  // Solves [1 1; rk 1] * [behind; ahead] = b.
  const double hh = -interval.h();
  const double phi_2 = std::expm1(hh) / hh - 1;
  const double phi_3 = phi_2 / hh - 0.5;
  const double b_1 = phi_2 / interval.B();
  const double b_2 = 2 * phi_3 / interval.B();
  const double behind = (b_2 - b_1) / (interval.rk - 1);
  return {behind, b_1 - behind};
}

// The corrected sample at interval.to is KnownCorrection + AnswerWeight * clean latents there.
double AnswerWeight(const Interval& interval) {
  return -interval.to.alpha * interval.B() * WeightsOf(interval).ahead;
}

StepRow KnownCorrection(const Interval& interval, const StepRow& x, const StepRow& clean,
                        const StepRow& previous_clean) {
  const StepRow known = interval.Base(x, clean) - AnswerWeight(interval) * clean;
  if (interval.order == 1) return known;
  const StepRow slope = 1 / interval.rk * (previous_clean - clean);
  return known - interval.to.alpha * interval.B() * WeightsOf(interval).behind * slope;
}

}  // namespace

SamplerPlan PlanUniPc(const NoiseSchedule& schedule, int num_inference_steps) {
  const InferenceSchedule visited = MultistepSchedule(schedule, num_inference_steps);
  SamplerPlan plan{.rows = 3};
  for (int i = 0; i < num_inference_steps; ++i) {
    const Interval interval = IntervalFrom(visited, i);
    SamplerStep step = StepAt(visited.timesteps[i], interval.from.alpha, interval.from.sigma);
    const StepRow clean = CleanLatents(step);
    const StepRow previous_clean = StateRow(kPreviousCleanRow);
    const StepRow x =
        i == 0 ? StateRow(0)
               : StateRow(kCorrectionRow) + AnswerWeight(IntervalFrom(visited, i - 1)) * clean;
    step.matrix[0] = Predict(interval, x, clean, previous_clean);
    if (i + 1 < num_inference_steps) {
      step.matrix[kCorrectionRow] = KnownCorrection(interval, x, clean, previous_clean);
      step.matrix[kPreviousCleanRow] = clean;
    }
    plan.steps.push_back(step);
  }
  return plan;
}

}  // namespace kolors
