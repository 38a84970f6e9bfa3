#include "core/ops/attention.h"

#include <ATen/ATen.h>

namespace kolors::ops {

at::Tensor Attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                     const std::optional<at::Tensor>& mask) {
  const int64_t group = q.size(2) / k.size(2);
  auto heads_first = [](const at::Tensor& x) { return x.transpose(1, 2); };
  auto spread = [group](const at::Tensor& x) {
    return group == 1 ? x : x.repeat_interleave(group, 2);
  };
  return heads_first(at::scaled_dot_product_attention(heads_first(q), heads_first(spread(k)),
                                                      heads_first(spread(v)), mask));
}

}  // namespace kolors::ops
