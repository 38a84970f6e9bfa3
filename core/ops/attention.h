// Scaled dot-product attention (Vaswani et al. 2017, arXiv:1706.03762).
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

namespace kolors::ops {

// softmax(q k^T / sqrt(D) + mask) v for every head.
//
// q: [N, Lq, heads, D]; k, v: [N, Lk, kv_heads, D], heads a multiple of kv_heads (each key/value
// head serves heads / kv_heads neighbouring query heads). mask: [N, 1, Lq, Lk] bool, true where a
// query may look; every row must have one. Result: [N, Lq, heads, D], same dtype.
at::Tensor Attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                     const std::optional<at::Tensor>& mask = std::nullopt);

}  // namespace kolors::ops
