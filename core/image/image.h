// A picture in memory.
#pragma once

#include <cstdint>
#include <vector>

namespace kolors {

// 8 bits a channel, interleaved, rows from the top, no padding: pixels.size() == width * height *
// channels. channels is 3 (sRGB) everywhere but in codecs' inner work.
struct Image {
  int width = 0;
  int height = 0;
  int channels = 3;
  std::vector<uint8_t> pixels;
};

}  // namespace kolors
