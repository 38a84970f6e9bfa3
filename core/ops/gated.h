// Gated activations of the transformers' feed-forward layers (Shazeer 2020, arXiv:2002.05202).
#pragma once

#include <ATen/core/Tensor.h>

namespace kolors::ops {

// x: [..., 2 D] -> [..., D]: a * gelu(b) with [a, b] the halves of the last dimension, gelu in its
// exact (erf) form. diffusers: models/activations.py, GEGLU.
at::Tensor GeGlu(const at::Tensor& x);

// x: [..., 2 D] -> [..., D]: silu(a) * b with [a, b] the halves of the last dimension. ChatGLM's
// MLP.
at::Tensor SwiGlu(const at::Tensor& x);

}  // namespace kolors::ops
