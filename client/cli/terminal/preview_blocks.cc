#include <cstdint>

#include "absl/strings/str_cat.h"
#include "client/cli/terminal/preview.h"

namespace kolors::cli {

namespace {

// The nearest of the 216 colours that every 256-colour terminal has at 16 + 36 r + 6 g + b.
int PaletteIndex(const uint8_t* rgb) {
  auto level = [](uint8_t value) { return value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40; };
  return 16 + 36 * level(rgb[0]) + 6 * level(rgb[1]) + level(rgb[2]);
}

// layer: 38 foreground, 48 background.
std::string Color(int layer, const uint8_t* rgb, bool true_color) {
  if (!true_color) return absl::StrCat(layer, ";5;", PaletteIndex(rgb));
  return absl::StrCat(layer, ";2;", rgb[0], ";", rgb[1], ";", rgb[2]);
}

}  // namespace

std::string EncodeBlocks(const Image& image, CellBox box, bool true_color) {
  const Image scaled = ScaleImage(image, box.columns, box.rows * 2);
  std::string out;
  for (int row = 0; row < box.rows; ++row) {
    if (row > 0) out += "\r\n";
    std::string last;
    for (int column = 0; column < box.columns; ++column) {
      const uint8_t* top = &scaled.pixels[(row * 2 * box.columns + column) * 3];
      const uint8_t* bottom = top + box.columns * 3;
      const std::string colors =
          absl::StrCat(Color(38, top, true_color), ";", Color(48, bottom, true_color));
      if (colors != last) absl::StrAppend(&out, "\033[", colors, "m");
      out += "▀";
      last = colors;
    }
    out += "\033[0m";
  }
  return out;
}

}  // namespace kolors::cli
