// safetensors files: https://huggingface.co/docs/safetensors, "Format".
//
//   8 bytes    N, little-endian: the header's length, at most 100,000,000
//   N bytes    JSON, begins with '{': {"name": {"dtype", "shape", "data_offsets": [begin, end]}, …,
//              "__metadata__": {"key": "value", …}}
//   the rest   the tensors' bytes, without holes or overlaps
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/io/tensor_entry.h"
#include "core/io/weights.h"

namespace kolors {

// Entries in the order of their data. `file` must outlive them.
//
// INVALID_ARGUMENT names tensor and reason. Stricter than the format's own reader: keys that appear
// twice and fields it does not know are refused, dtypes that this program does not compute with too.
// As lenient as it: any header length (data may be misaligned), and empty tensors wherever another
// tensor begins or ends, several at one place: they own no byte, so nothing overlaps.
absl::StatusOr<WeightContents> ParseSafetensors(std::span<const std::byte> file);

// Writes through core/io/atomic_file.h. The bytes depend on the content alone, not on the order of
// `entries`. Data is aligned to its dtype.
//
// INVALID_ARGUMENT: two entries of one name, a name that is not UTF-8 or is "__metadata__", data whose
// size disagrees with its shape. Other errors: as AtomicFile.
absl::Status WriteSafetensors(const std::filesystem::path& path,
                              std::span<const TensorEntry> entries,
                              const std::map<std::string, std::string>& metadata);

}  // namespace kolors
