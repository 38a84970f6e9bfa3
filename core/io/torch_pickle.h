// What torch.save writes since PyTorch 1.6: a ZIP archive with a pickle (data.pkl) and one member for
// each storage (data/KEY). Source of the layout: PyTorch, torch/serialization.py, "_save".
#pragma once

#include <cstddef>
#include <span>

#include "absl/status/statusor.h"
#include "core/io/tensor_entry.h"

namespace kolors {

// Dicts inside dicts join their keys with '.'; a dict under "state_dict" stands for the whole; what is
// no tensor is left out. Tensors whose bytes are not row-major in the file are copied, at most twice
// the file's size of them.
//
// INVALID_ARGUMENT names tensor or reason. Nothing from the file is ever run. `file` must outlive the
// result.
absl::StatusOr<WeightContents> ParseTorchPickle(std::span<const std::byte> file);

}  // namespace kolors
