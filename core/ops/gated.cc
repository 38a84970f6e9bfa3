#include "core/ops/gated.h"

#include <ATen/ATen.h>

namespace kolors::ops {

at::Tensor GeGlu(const at::Tensor& x) {
  auto halves = x.chunk(2, -1);
  return halves[0] * at::gelu(halves[1]);
}

at::Tensor SwiGlu(const at::Tensor& x) {
  auto halves = x.chunk(2, -1);
  return at::silu(halves[0]) * halves[1];
}

}  // namespace kolors::ops
