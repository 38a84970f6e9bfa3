#include "core/ops/sampler_step.h"

#include <ATen/ATen.h>

#include <vector>

namespace kolors::ops {

at::Tensor Guide(const at::Tensor& negative, const at::Tensor& positive, const at::Tensor& scale) {
  at::Tensor base = negative.to(at::kFloat);
  return base + scale * (positive.to(at::kFloat) - base);
}

at::Tensor SamplerUpdate(const at::Tensor& state, const at::Tensor& eps, const at::Tensor& noise,
                         std::span<const SamplerStep* const> steps) {
  const int64_t n = state.size(0);
  const int64_t columns = noise.defined() ? kStepColumns : kNoiseColumn;
  std::vector<float> coefficients;
  coefficients.reserve(n * kMaxStateRows * columns);
  for (const SamplerStep* step : steps) {
    for (const StepRow& row : step->matrix) {
      coefficients.insert(coefficients.end(), row.begin(), row.begin() + columns);
    }
  }
  at::Tensor matrix = at::tensor(coefficients).view({n, kMaxStateRows, columns}).to(state.device());
  at::Tensor sources = noise.defined() ? at::cat({state, eps.unsqueeze(1), noise.unsqueeze(1)}, 1)
                                       : at::cat({state, eps.unsqueeze(1)}, 1);
  return at::bmm(matrix, sources.flatten(2)).view_as(state);
}

at::Tensor PredictClean(const at::Tensor& state, const at::Tensor& eps,
                        std::span<const SamplerStep* const> steps) {
  std::vector<float> from_x, from_eps;
  for (const SamplerStep* step : steps) {
    from_x.push_back(step->x0_from_x);
    from_eps.push_back(step->x0_from_eps);
  }
  auto column = [&](const std::vector<float>& values) {
    return at::tensor(values).view({-1, 1, 1, 1}).to(state.device());
  };
  return column(from_x) * state.select(1, 0) + column(from_eps) * eps;
}

}  // namespace kolors::ops
