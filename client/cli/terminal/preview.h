// Pictures in a terminal, by three protocols.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/cli/terminal/terminal.h"
#include "core/image/image.h"

namespace kolors::cli {

enum class PreviewProtocol {
  kNone,
  kBlocks,  // two pixels a character: the upper half block in two colours
  kSixel,   // https://vt100.net/docs/vt3xx-gp/chapter14.html
  kKitty,   // https://sw.kovidgoyal.net/kitty/graphics-protocol/
};

// Character cells.
struct CellBox {
  int columns = 0;
  int rows = 0;

  bool operator==(const CellBox&) const = default;
};

// The largest box that a picture of this shape fills without looking stretched, and that leaves room
// for the lines around it. width, height: pixels, at least 1.
CellBox FitBox(int width, int height, const Terminal& terminal);

// Escape sequences that draw the picture into the box whose first cell the cursor is on. Where the
// cursor is afterwards differs. The terminal's attributes are as before. `id` tells kitty which
// picture to replace. Empty for kNone.
std::string EncodePreview(PreviewProtocol protocol, const Image& image, CellBox box,
                          const Terminal& terminal, unsigned id);

std::string EncodeBlocks(const Image& image, CellBox box, bool true_color);
std::string EncodeSixel(const Image& image);
std::string EncodeKitty(const Image& image, CellBox box, unsigned id);

// Averages the pixels that fall into each new one (takes the nearest when enlarging).
Image ScaleImage(const Image& image, int width, int height);

// Side by side, four a row; absent ones are left dark. All images have tile's width and height.
Image ArrangeTiles(const std::vector<std::optional<Image>>& tiles, int tile_width,
                   int tile_height);

}  // namespace kolors::cli
