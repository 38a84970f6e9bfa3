// Python pickles read as data: a fixed list of opcodes, a fixed list of names, and no code that runs.
//
// What is here is what torch.save writes for dicts of tensors (protocols 2 to 4). Everything else,
// first of all any other callable, is refused by name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace kolors {

struct PickleValue {
  enum class Kind { kNone, kBool, kInt, kFloat, kString, kTuple, kList, kDict, kGlobal, kPersistent, kReduced };
  Kind kind = Kind::kNone;
  int64_t integer = 0;                      // kInt, kBool
  std::string text;                         // kString; kGlobal: "module.name"
  std::vector<const PickleValue*> items;    // kTuple, kList; kPersistent: its id; kReduced: callable, arguments
  std::vector<std::pair<const PickleValue*, const PickleValue*>> entries;  // kDict
};

// Owns its values; they may refer to each other in any way, in circles too.
class Pickle {
 public:
  // is_allowed_global: says whether "module.name" may occur; a call of one becomes kReduced, apart
  // from collections.OrderedDict(), which becomes a kDict.
  //
  // INVALID_ARGUMENT: truncated, malformed, an opcode or a name that is not on the list.
  static absl::StatusOr<Pickle> Parse(std::span<const std::byte> bytes,
                                      const std::function<bool(std::string_view)>& is_allowed_global);

  const PickleValue& root() const { return *root_; }

 private:
  friend class PickleMachine;
  std::deque<PickleValue> values_;  // a deque: addresses stay
  const PickleValue* root_ = nullptr;
};

}  // namespace kolors
