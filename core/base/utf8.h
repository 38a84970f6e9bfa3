#pragma once

#include <string_view>

namespace kolors {

// Well-formed UTF-8 as the Unicode standard's table 3-7 has it: no overlong forms, no surrogates.
bool IsValidUtf8(std::string_view text);

}  // namespace kolors
