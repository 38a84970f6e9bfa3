#include "core/ops/rotary.h"

#include <ATen/ATen.h>

namespace kolors::ops {

at::Tensor RotaryTable(const at::Tensor& position_ids, int64_t rotated) {
  auto options = position_ids.options().dtype(at::kFloat);
  at::Tensor exponents = at::arange(0, rotated, 2, options) / static_cast<double>(rotated);
  at::Tensor theta = at::reciprocal(at::pow(10000.0, exponents));
  at::Tensor angles = position_ids.to(at::kFloat).unsqueeze(-1) * theta;
  return at::stack({angles.cos(), angles.sin()}, -1);
}

at::Tensor RotateInterleaved(const at::Tensor& x, const at::Tensor& table) {
  const int64_t rotated = table.size(-2) * 2;
  at::Tensor turns = table.to(x.scalar_type()).unsqueeze(2);  // one angle for all heads
  at::Tensor cos = turns.select(-1, 0), sin = turns.select(-1, 1);
  at::Tensor pairs = x.narrow(-1, 0, rotated).unflatten(-1, {rotated / 2, 2});
  at::Tensor even = pairs.select(-1, 0), odd = pairs.select(-1, 1);
  at::Tensor turned = at::stack({even * cos - odd * sin, odd * cos + even * sin}, -1).flatten(-2);
  if (rotated == x.size(-1)) return turned;
  return at::cat({turned, x.narrow(-1, rotated, x.size(-1) - rotated)}, -1);
}

}  // namespace kolors::ops
