#include "core/base/suggestion.h"

#include <algorithm>
#include <numeric>

namespace kolors {

namespace {

// Levenshtein's distance, one row at a time.
size_t EditDistance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({substituted, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::optional<std::string> ClosestName(const std::string& typed,
                                       const std::vector<std::string>& candidates) {
  std::optional<std::string> closest;
  size_t best = 0;
  for (const std::string& candidate : candidates) {
    const size_t distance = EditDistance(typed, candidate);
    if (distance > std::max<size_t>(1, candidate.size() / 3)) continue;
    if (!closest || distance < best) {
      closest = candidate;
      best = distance;
    }
  }
  return closest;
}

}  // namespace kolors
