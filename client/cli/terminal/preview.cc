#include "client/cli/terminal/preview.h"

#include <algorithm>
#include <cmath>

namespace kolors::cli {

namespace {

constexpr int kMaxRows = 24;
constexpr int kMaxColumns = 96;
constexpr int kLinesAround = 3;  // the progress line, and the prompt that was typed

}  // namespace

CellBox FitBox(int width, int height, const Terminal& terminal) {
  const int max_rows = std::clamp(terminal.rows - kLinesAround, 1, kMaxRows);
  const int max_columns = std::clamp(terminal.columns - 1, 1, kMaxColumns);
  // Columns for each row that keep the picture's shape.
  const double ratio =
      static_cast<double>(width) / height * terminal.cell_height / terminal.cell_width;
  int rows = max_rows;
  int columns = static_cast<int>(std::lround(rows * ratio));
  if (columns > max_columns) {
    columns = max_columns;
    rows = std::max(1, static_cast<int>(std::lround(columns / ratio)));
  }
  return {.columns = std::max(1, columns), .rows = std::min(rows, max_rows)};
}

std::string EncodePreview(PreviewProtocol protocol, const Image& image, CellBox box,
                          const Terminal& terminal, unsigned id) {
  const int width = box.columns * terminal.cell_width;
  const int height = box.rows * terminal.cell_height;
  switch (protocol) {
    case PreviewProtocol::kBlocks:
      return EncodeBlocks(image, box, terminal.true_color);
    case PreviewProtocol::kSixel:
      return EncodeSixel(ScaleImage(image, width, height));
    case PreviewProtocol::kKitty:
      // The terminal enlarges by itself; sending more pixels than it shows would only be slow.
      return EncodeKitty(width < image.width ? ScaleImage(image, width, height) : image, box, id);
    case PreviewProtocol::kNone:
      break;
  }
  return "";
}

Image ScaleImage(const Image& image, int width, int height) {
  Image scaled{.width = width, .height = height};
  scaled.pixels.reserve(static_cast<size_t>(width) * height * 3);
  // [first, last) of the source that one of `count` new pixels covers; never empty.
  auto span = [](int index, int count, int64_t source) {
    const int first = static_cast<int>(index * source / count);
    const int last = static_cast<int>((index + 1) * source / count);
    return std::pair(first, std::max(first + 1, last));
  };
  for (int y = 0; y < height; ++y) {
    const auto [top, bottom] = span(y, height, image.height);
    for (int x = 0; x < width; ++x) {
      const auto [left, right] = span(x, width, image.width);
      const unsigned area = static_cast<unsigned>((bottom - top) * (right - left));
      for (int channel = 0; channel < 3; ++channel) {
        unsigned sum = 0;
        for (int row = top; row < bottom; ++row) {
          for (int column = left; column < right; ++column) {
            sum += image.pixels[(static_cast<size_t>(row) * image.width + column) * 3 + channel];
          }
        }
        scaled.pixels.push_back(static_cast<uint8_t>((sum + area / 2) / area));
      }
    }
  }
  return scaled;
}

Image ArrangeTiles(const std::vector<std::optional<Image>>& tiles, int tile_width,
                   int tile_height) {
  constexpr int kTilesPerRow = 4;
  constexpr uint8_t kDark = 24;
  const int count = static_cast<int>(tiles.size());
  const int columns = std::min(count, kTilesPerRow);
  const int rows = (count + columns - 1) / columns;
  Image sheet{.width = columns * tile_width, .height = rows * tile_height};
  sheet.pixels.assign(static_cast<size_t>(sheet.width) * sheet.height * 3, kDark);
  for (int i = 0; i < count; ++i) {
    if (!tiles[i]) continue;
    for (int y = 0; y < tile_height; ++y) {
      const size_t row = static_cast<size_t>(i / columns) * tile_height + y;
      const size_t column = static_cast<size_t>(i % columns) * tile_width;
      std::copy_n(tiles[i]->pixels.begin() + static_cast<size_t>(y) * tile_width * 3,
                  tile_width * 3, sheet.pixels.begin() + (row * sheet.width + column) * 3);
    }
  }
  return sheet;
}

}  // namespace kolors::cli
