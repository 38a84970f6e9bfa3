#pragma once

#include <optional>
#include <string>
#include <vector>

namespace kolors {

// The candidate that was probably meant: the closest one, if at most a third of its letters differ.
std::optional<std::string> ClosestName(const std::string& typed,
                                       const std::vector<std::string>& candidates);

}  // namespace kolors
