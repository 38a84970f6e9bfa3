#include "core/layers/timestep_embedding.h"

#include <ATen/ATen.h>

#include <cmath>

namespace kolors {

at::Tensor SinusoidalEmbedding(const at::Tensor& values, int64_t width) {
  const int64_t half = width / 2;
  at::Tensor exponents = at::arange(half, values.options()) * (-std::log(10000.0) / half);
  at::Tensor angles = values.unsqueeze(-1) * exponents.exp();
  return at::cat({angles.cos(), angles.sin()}, -1);
}

TimestepEmbedding::TimestepEmbedding(WeightScope scope, int64_t in, int64_t out)
    : linear_1_(scope / "linear_1", in, out), linear_2_(scope / "linear_2", out, out) {}

at::Tensor TimestepEmbedding::operator()(const at::Tensor& x) const {
  return linear_2_(at::silu(linear_1_(x)));
}

}  // namespace kolors
