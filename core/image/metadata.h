// Texts inside image files, so that a picture can say how it was made.
//
//   PNG   iTXt chunks, uncompressed: what other programs show as the picture's text
//   JPEG  COM segments "KEYWORD\0TEXT"; segments of one keyword, in order, join to one text
//   WebP  one chunk "kmta": "KEYWORD\0TEXT\0" for each
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/image/codec.h"

namespace kolors {

// Empty if there is none. INVALID_ARGUMENT: not an image, or damaged.
absl::StatusOr<ImageMetadata> ReadImageMetadata(std::span<const uint8_t> file);

}  // namespace kolors
