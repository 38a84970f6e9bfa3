// The part of the ZIP format that torch.save writes: members stored as they are, ZIP64 where needed.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace kolors {

struct ZipMember {
  std::string name;
  std::span<const std::byte> data;
};

bool LooksLikeZip(std::span<const std::byte> file);

// Members in the order of the central directory; `file` must outlive them.
//
// INVALID_ARGUMENT: no archive, truncated, or a member that is compressed or encrypted: nothing is
// ever inflated, so a small file cannot become a large one. Checksums are not looked at.
absl::StatusOr<std::vector<ZipMember>> ParseZip(std::span<const std::byte> file);

}  // namespace kolors
