#include "core/image/codec.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/image/formats.h"
#include "core/image/metadata.h"

namespace kolors {
namespace {

absl::Status UnknownFormat() { return absl::InvalidArgumentError("not a PNG, JPEG or WebP image"); }

bool IsWellFormed(const Image& image) {
  return image.width > 0 && image.height > 0 && image.channels == 3 &&
         image.pixels.size() == size_t{3} * image.width * image.height;
}

}  // namespace

std::string_view ImageFormatName(ImageFormat format) {
  switch (format) {
    case ImageFormat::kPng: return "png";
    case ImageFormat::kJpeg: return "jpeg";
    case ImageFormat::kWebp: return "webp";
  }
  return "unknown";
}

absl::Status CheckPixels(int64_t width, int64_t height) {
  if (width > 0 && height > 0 && width <= kMaxPixels / height) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("the image has ", width, " x ", height, " pixels; at most ", kMaxPixels, " are read"));
}

absl::StatusOr<std::string> EncodeImage(const Image& image, const EncodeOptions& options) {
  if (!IsWellFormed(image)) return absl::InternalError("an image whose pixels do not fit its size");
  switch (options.format) {
    case ImageFormat::kPng: return EncodePng(image, options.metadata);
    case ImageFormat::kJpeg: return EncodeJpeg(image, options.quality, options.metadata);
    case ImageFormat::kWebp: return EncodeWebp(image, options.quality, options.metadata);
  }
  return absl::InternalError("an image format that does not exist");
}

absl::StatusOr<ImageInfo> ProbeImage(std::span<const uint8_t> file) {
  if (LooksLikePng(file)) return ProbePng(file);
  if (LooksLikeJpeg(file)) return ProbeJpeg(file);
  if (LooksLikeWebp(file)) return ProbeWebp(file);
  return UnknownFormat();
}

absl::StatusOr<Image> DecodeImage(std::span<const uint8_t> file) {
  if (LooksLikePng(file)) return DecodePng(file);
  if (LooksLikeJpeg(file)) return DecodeJpeg(file);
  if (LooksLikeWebp(file)) return DecodeWebp(file);
  return UnknownFormat();
}

absl::StatusOr<ImageMetadata> ReadImageMetadata(std::span<const uint8_t> file) {
  if (LooksLikePng(file)) return ReadPngMetadata(file);
  if (LooksLikeJpeg(file)) return ReadJpegMetadata(file);
  if (LooksLikeWebp(file)) return ReadWebpMetadata(file);
  return UnknownFormat();
}

}  // namespace kolors
