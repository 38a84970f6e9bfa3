#include "core/base/utf8.h"

#include <cstdint>

namespace kolors {

namespace {

// Length of the sequence that this byte begins, 0 if none can.
int SequenceLength(uint8_t first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  if (first >= 0xF0 && first <= 0xF4) return 4;
  return 0;
}

// The second byte's range is narrower after four first bytes; that is what rules out overlong forms,
// surrogates and values past U+10FFFF.
bool IsSecondByte(uint8_t first, uint8_t second) {
  const uint8_t low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const uint8_t high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  return second >= low && second <= high;
}

}  // namespace

bool IsValidUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto byte = [&](size_t offset) { return static_cast<uint8_t>(text[i + offset]); };
    const size_t length = SequenceLength(byte(0));
    if (length == 0 || length > text.size() - i) return false;
    if (length > 1 && !IsSecondByte(byte(0), byte(1))) return false;
    for (size_t k = 2; k < length; ++k) {
      if ((byte(k) & 0xC0) != 0x80) return false;
    }
    i += length;
  }
  return true;
}

}  // namespace kolors
