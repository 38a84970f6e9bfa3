// Rotary position embedding (Su et al. 2021, arXiv:2104.09864) with interleaved pairs.
#pragma once

#include <ATen/core/Tensor.h>

namespace kolors::ops {

// cos and sin of every position's angles: [N, L, rotated / 2, 2], theta_i = 10000^(-2i / rotated).
// position_ids: [N, L], integers; the table lies on their device, fp32.
at::Tensor RotaryTable(const at::Tensor& position_ids, int64_t rotated);

// Turns neighbouring pairs (x[2i], x[2i + 1]) of the first `rotated` numbers of every head by their
// position's angle and leaves the rest.
//
// x: [N, L, heads, D]; table: [N, L, rotated / 2, 2], rotated <= D, rounded to x's dtype first as
// ChatGLM does (diffusers: pipelines/kolors/text_encoder.py, apply_rotary_pos_emb).
at::Tensor RotateInterleaved(const at::Tensor& x, const at::Tensor& table);

}  // namespace kolors::ops
