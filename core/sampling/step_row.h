// Linear combinations of a step's inputs, so that a sampler reads as its formula.
#pragma once

#include "core/sampling/sampler_plan.h"

namespace kolors {

// The step's input that a matrix column stands for.
constexpr StepRow Unit(int column) {
  StepRow row{};
  row[column] = 1;
  return row;
}
constexpr StepRow StateRow(int row) { return Unit(row); }
constexpr StepRow Eps() { return Unit(kEpsColumn); }
constexpr StepRow Noise() { return Unit(kNoiseColumn); }

constexpr StepRow operator*(double factor, StepRow row) {
  for (double& value : row) value *= factor;
  return row;
}
constexpr StepRow operator+(StepRow a, const StepRow& b) {
  for (int c = 0; c < kStepColumns; ++c) a[c] += b[c];
  return a;
}
constexpr StepRow operator-(const StepRow& a, const StepRow& b) { return a + -1.0 * b; }

// A step of a sampler whose sample is x = alpha * x_0 + sigma * noise.
inline SamplerStep StepAt(double timestep, double alpha, double sigma) {
  SamplerStep step;
  step.timestep = timestep;
  step.x0_from_x = 1 / alpha;
  step.x0_from_eps = -sigma / alpha;
  return step;
}

// The clean latents x_0 that the model's output implies at this step.
inline StepRow CleanLatents(const SamplerStep& step) {
  return step.x0_from_x * StateRow(0) + step.x0_from_eps * Eps();
}

}  // namespace kolors
