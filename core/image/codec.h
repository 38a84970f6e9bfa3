// Pictures to files and back: PNG, JPEG, WebP.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/image/image.h"

namespace kolors {

enum class ImageFormat { kPng, kJpeg, kWebp };

// "png", "jpeg", "webp"
std::string_view ImageFormatName(ImageFormat format);

// Keyword to UTF-8 text. Keywords: 1 to 79 printable ASCII characters.
using ImageMetadata = std::map<std::string, std::string>;

struct EncodeOptions {
  ImageFormat format = ImageFormat::kPng;
  int quality = 92;        // JPEG and WebP, 1 to 100; WebP is lossless at 100
  ImageMetadata metadata;  // core/image/metadata.h says where it goes
};

// A whole file. INTERNAL: the codec ran out of memory, or the image is not well-formed.
absl::StatusOr<std::string> EncodeImage(const Image& image, const EncodeOptions& options);

struct ImageInfo {
  ImageFormat format = ImageFormat::kPng;
  int width = 0;
  int height = 0;
};

// Looks at the header only. INVALID_ARGUMENT: none of the three formats, or damaged.
absl::StatusOr<ImageInfo> ProbeImage(std::span<const uint8_t> file);

// Three channels, whatever the file has: grey is repeated, transparency lies on white.
// INVALID_ARGUMENT: as ProbeImage, truncated, or more than 2^26 pixels.
absl::StatusOr<Image> DecodeImage(std::span<const uint8_t> file);

}  // namespace kolors
