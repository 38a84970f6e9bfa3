// One set of functions a format; codec.cc and metadata.cc choose between them.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "core/image/codec.h"

namespace kolors {

// Pictures of more pixels are refused before memory is asked for.
inline constexpr int64_t kMaxPixels = int64_t{1} << 26;

absl::Status CheckPixels(int64_t width, int64_t height);

bool LooksLikePng(std::span<const uint8_t> file);
absl::StatusOr<std::string> EncodePng(const Image& image, const ImageMetadata& metadata);
absl::StatusOr<ImageInfo> ProbePng(std::span<const uint8_t> file);
absl::StatusOr<Image> DecodePng(std::span<const uint8_t> file);
absl::StatusOr<ImageMetadata> ReadPngMetadata(std::span<const uint8_t> file);

bool LooksLikeJpeg(std::span<const uint8_t> file);
absl::StatusOr<std::string> EncodeJpeg(const Image& image, int quality, const ImageMetadata& metadata);
absl::StatusOr<ImageInfo> ProbeJpeg(std::span<const uint8_t> file);
absl::StatusOr<Image> DecodeJpeg(std::span<const uint8_t> file);
absl::StatusOr<ImageMetadata> ReadJpegMetadata(std::span<const uint8_t> file);

bool LooksLikeWebp(std::span<const uint8_t> file);
absl::StatusOr<std::string> EncodeWebp(const Image& image, int quality, const ImageMetadata& metadata);
absl::StatusOr<ImageInfo> ProbeWebp(std::span<const uint8_t> file);
absl::StatusOr<Image> DecodeWebp(std::span<const uint8_t> file);
absl::StatusOr<ImageMetadata> ReadWebpMetadata(std::span<const uint8_t> file);

}  // namespace kolors
