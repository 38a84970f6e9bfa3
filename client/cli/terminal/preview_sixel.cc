#include <sixel.h>

#include <memory>

#include "client/cli/terminal/preview.h"

namespace kolors::cli {

namespace {

int Append(char* data, int size, void* out) {
  static_cast<std::string*>(out)->append(data, static_cast<size_t>(size));
  return size;
}

}  // namespace

// libsixel fails only when it is out of memory; there is no preview then.
std::string EncodeSixel(const Image& image) {
  constexpr int kColors = 256;
  std::string text;
  sixel_output_t* new_output = nullptr;
  if (SIXEL_FAILED(sixel_output_new(&new_output, Append, &text, nullptr))) return "";
  std::unique_ptr<sixel_output_t, decltype(&sixel_output_unref)> output(new_output,
                                                                       sixel_output_unref);
  sixel_dither_t* new_dither = nullptr;
  if (SIXEL_FAILED(sixel_dither_new(&new_dither, kColors, nullptr))) return "";
  std::unique_ptr<sixel_dither_t, decltype(&sixel_dither_unref)> dither(new_dither,
                                                                       sixel_dither_unref);
  auto* pixels = const_cast<unsigned char*>(image.pixels.data());  // it only reads
  if (SIXEL_FAILED(sixel_dither_initialize(dither.get(), pixels, image.width, image.height,
                                           SIXEL_PIXELFORMAT_RGB888, SIXEL_LARGE_AUTO,
                                           SIXEL_REP_AUTO, SIXEL_QUALITY_AUTO))) {
    return "";
  }
  constexpr int kDepth = 3;
  if (SIXEL_FAILED(sixel_encode(pixels, image.width, image.height, kDepth, dither.get(),
                                output.get()))) {
    return "";
  }
  return text;
}

}  // namespace kolors::cli
