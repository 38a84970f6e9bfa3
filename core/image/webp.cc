#include <webp/decode.h>
#include <webp/encode.h>
#include <webp/mux.h>

#include <cstring>
#include <memory>

#include "absl/status/status.h"
#include "core/base/status_macros.h"
#include "core/image/formats.h"

namespace kolors {
namespace {

constexpr char kMetadataChunk[] = "kmta";

struct Free {
  void operator()(uint8_t* data) const { WebPFree(data); }
  void operator()(WebPMux* mux) const { WebPMuxDelete(mux); }
};
using Mux = std::unique_ptr<WebPMux, Free>;

absl::Status Damaged() { return absl::InvalidArgumentError("a damaged WebP"); }

WebPData View(const void* data, size_t size) { return {.bytes = static_cast<const uint8_t*>(data), .size = size}; }

absl::StatusOr<std::string> WithMetadata(const WebPData& picture, const ImageMetadata& metadata) {
  std::string texts;
  for (const auto& [keyword, text] : metadata) texts += keyword + '\0' + text + '\0';
  const Mux mux(WebPMuxNew());
  const WebPData chunk = View(texts.data(), texts.size());
  WebPData file{};
  if (WebPMuxSetImage(mux.get(), &picture, 0) != WEBP_MUX_OK ||
      WebPMuxSetChunk(mux.get(), kMetadataChunk, &chunk, 0) != WEBP_MUX_OK ||
      WebPMuxAssemble(mux.get(), &file) != WEBP_MUX_OK) {
    return absl::InternalError("cannot write a WebP's metadata");
  }
  std::string result(reinterpret_cast<const char*>(file.bytes), file.size);
  WebPDataClear(&file);
  return result;
}

}  // namespace

bool LooksLikeWebp(std::span<const uint8_t> file) {
  return file.size() >= 12 && std::memcmp(file.data(), "RIFF", 4) == 0 && std::memcmp(file.data() + 8, "WEBP", 4) == 0;
}

absl::StatusOr<std::string> EncodeWebp(const Image& image, int quality, const ImageMetadata& metadata) {
  uint8_t* output = nullptr;
  const int stride = 3 * image.width;
  const size_t size =
      quality >= 100 ? WebPEncodeLosslessRGB(image.pixels.data(), image.width, image.height, stride, &output)
                     : WebPEncodeRGB(image.pixels.data(), image.width, image.height, stride,
                                     static_cast<float>(quality), &output);
  const std::unique_ptr<uint8_t, Free> owner(output);
  if (size == 0) return absl::InternalError("cannot write a WebP: out of memory, or more than 16383 pixels a side");
  if (metadata.empty()) return std::string(reinterpret_cast<const char*>(output), size);
  return WithMetadata(View(output, size), metadata);
}

absl::StatusOr<ImageInfo> ProbeWebp(std::span<const uint8_t> file) {
  ImageInfo info{.format = ImageFormat::kWebp};
  if (!WebPGetInfo(file.data(), file.size(), &info.width, &info.height)) return Damaged();
  return info;
}

absl::StatusOr<Image> DecodeWebp(std::span<const uint8_t> file) {
  ASSIGN_OR_RETURN(const ImageInfo info, ProbeWebp(file));
  RETURN_IF_ERROR(CheckPixels(info.width, info.height));
  const std::unique_ptr<uint8_t, Free> rgba(WebPDecodeRGBA(file.data(), file.size(), nullptr, nullptr));
  if (rgba == nullptr) return Damaged();
  Image image{.width = info.width, .height = info.height};
  const size_t pixels = size_t{1} * info.width * info.height;
  image.pixels.resize(3 * pixels);
  for (size_t i = 0; i < pixels; ++i) {
    const int alpha = rgba.get()[4 * i + 3];
    for (int c = 0; c < 3; ++c) {
      image.pixels[3 * i + c] = static_cast<uint8_t>((rgba.get()[4 * i + c] * alpha + 255 * (255 - alpha) + 127) / 255);
    }
  }
  return image;
}

absl::StatusOr<ImageMetadata> ReadWebpMetadata(std::span<const uint8_t> file) {
  const WebPData data = View(file.data(), file.size());
  const Mux mux(WebPMuxCreate(&data, 0));
  if (mux == nullptr) return Damaged();
  ImageMetadata metadata;
  WebPData chunk{};
  if (WebPMuxGetChunk(mux.get(), kMetadataChunk, &chunk) != WEBP_MUX_OK) return metadata;
  std::string_view rest(reinterpret_cast<const char*>(chunk.bytes), chunk.size);
  while (!rest.empty()) {
    const size_t keyword = rest.find('\0');
    const size_t text = keyword == std::string_view::npos ? keyword : rest.find('\0', keyword + 1);
    if (text == std::string_view::npos) return Damaged();
    metadata[std::string(rest.substr(0, keyword))] = rest.substr(keyword + 1, text - keyword - 1);
    rest = rest.substr(text + 1);
  }
  return metadata;
}

}  // namespace kolors
