#include "core/io/pickle.h"

#include <cstring>
#include <map>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/status_macros.h"
#include "core/io/tensor_entry.h"

namespace kolors {

using Kind = PickleValue::Kind;

// Python's Lib/pickletools.py describes every opcode.
class PickleMachine {
 public:
  PickleMachine(std::span<const std::byte> bytes, const std::function<bool(std::string_view)>& is_allowed_global)
      : rest_(bytes), is_allowed_global_(is_allowed_global) {}

  absl::StatusOr<Pickle> Run() {
    while (pickle_.root_ == nullptr) {
      uint8_t opcode = 0;
      RETURN_IF_ERROR(Read(&opcode));
      RETURN_IF_ERROR(Step(opcode));
    }
    return std::move(pickle_);
  }

 private:
  absl::Status Step(uint8_t opcode) {
    switch (opcode) {
      case 0x80: return Skip(1);  // PROTO
      case 0x95: return Skip(8);  // FRAME
      case '(': return Push(nullptr);
      case '.': return Stop();
      case '0': return Pop().status();
      case 'N': return Push(New(Kind::kNone));
      case 0x88: return PushInt(Kind::kBool, 1);
      case 0x89: return PushInt(Kind::kBool, 0);
      case 'J': return PushNumber<int32_t>();
      case 'K': return PushNumber<uint8_t>();
      case 'M': return PushNumber<uint16_t>();
      case 0x8a: return PushLong();
      case 'G': return PushFloat();
      case 'X': return PushText<uint32_t>();
      case 0x8c: return PushText<uint8_t>();
      case 'U': return PushText<uint8_t>();
      case 'T': return PushText<uint32_t>();
      case ')': return Push(New(Kind::kTuple));
      case ']': return Push(New(Kind::kList));
      case '}': return Push(New(Kind::kDict));
      case 't': return PushTupleFromMark();
      case 0x85: return PushTuple(1);
      case 0x86: return PushTuple(2);
      case 0x87: return PushTuple(3);
      case 'a': return Append(1);
      case 'e': return AppendFromMark();
      case 's': return SetItems(2);
      case 'u': return SetItemsFromMark();
      case 'q': return Put<uint8_t>();
      case 'r': return Put<uint32_t>();
      case 0x94: return Memoize(memo_.size());
      case 'h': return Get<uint8_t>();
      case 'j': return Get<uint32_t>();
      case 'c': return PushGlobal();
      case 0x93: return PushStackGlobal();
      case 'Q': return PushPersistent();
      case 'R': return Reduce();
      case 'b': return Build();
    }
    return Malformed(absl::StrFormat("opcode 0x%02x is not one that saving tensors needs", opcode));
  }

  static absl::Status Malformed(const std::string& why) {
    return absl::InvalidArgumentError(absl::StrCat("has a pickle that is refused: ", why));
  }

  absl::Status Skip(size_t size) {
    if (size > rest_.size()) return Malformed("it is truncated");
    rest_ = rest_.subspan(size);
    return absl::OkStatus();
  }
  template <typename T>
  absl::Status Read(T* value) {
    const auto bytes = rest_;
    RETURN_IF_ERROR(Skip(sizeof(T)));
    std::memcpy(value, bytes.data(), sizeof(T));
    return absl::OkStatus();
  }
  absl::StatusOr<std::string> ReadText(size_t size) {
    const auto bytes = rest_;
    RETURN_IF_ERROR(Skip(size));
    return std::string(reinterpret_cast<const char*>(bytes.data()), size);
  }
  absl::StatusOr<std::string> ReadLine() {
    size_t size = 0;
    while (size < rest_.size() && rest_[size] != std::byte{'\n'}) ++size;
    ASSIGN_OR_RETURN(std::string line, ReadText(size));
    RETURN_IF_ERROR(Skip(1));
    return line;
  }

  PickleValue* New(Kind kind) {
    PickleValue& value = pickle_.values_.emplace_back();
    value.kind = kind;
    return &value;
  }
  // Null is a mark.
  absl::Status Push(PickleValue* value) {
    stack_.push_back(value);
    return absl::OkStatus();
  }
  absl::StatusOr<PickleValue*> Pop() {
    if (stack_.empty() || stack_.back() == nullptr) return Malformed("its stack runs empty");
    PickleValue* value = stack_.back();
    stack_.pop_back();
    return value;
  }
  absl::StatusOr<std::vector<PickleValue*>> PopMany(size_t count) {
    std::vector<PickleValue*> values(count);
    for (size_t i = count; i-- > 0;) {
      ASSIGN_OR_RETURN(values[i], Pop());
    }
    return values;
  }
  absl::StatusOr<std::vector<PickleValue*>> PopToMark() {
    size_t count = 0;
    while (count < stack_.size() && stack_[stack_.size() - 1 - count] != nullptr) ++count;
    if (count == stack_.size()) return Malformed("a mark is missing");
    auto values = PopMany(count);
    stack_.pop_back();
    return values;
  }

  absl::Status Stop() {
    ASSIGN_OR_RETURN(pickle_.root_, Pop());
    return absl::OkStatus();
  }

  absl::Status PushInt(Kind kind, int64_t integer) {
    PickleValue* value = New(kind);
    value->integer = integer;
    return Push(value);
  }
  template <typename T>
  absl::Status PushNumber() {
    T number;
    RETURN_IF_ERROR(Read(&number));
    return PushInt(Kind::kInt, number);
  }
  // Little-endian two's complement of any length; sizes and offsets fit into eight bytes.
  absl::Status PushLong() {
    uint8_t size;
    RETURN_IF_ERROR(Read(&size));
    if (size > 8) return Malformed("it has a whole number of more than 64 bits");
    uint64_t bits = 0;
    uint8_t byte = 0;
    for (int i = 0; i < size; ++i) {
      RETURN_IF_ERROR(Read(&byte));
      bits |= uint64_t{byte} << (8 * i);
    }
    if (size > 0 && size < 8 && (byte & 0x80) != 0) bits |= ~uint64_t{0} << (8 * size);
    return PushInt(Kind::kInt, static_cast<int64_t>(bits));
  }
  // No tensor needs one: read over.
  absl::Status PushFloat() {
    RETURN_IF_ERROR(Skip(8));
    return Push(New(Kind::kFloat));
  }
  template <typename Size>
  absl::Status PushText() {
    Size size;
    RETURN_IF_ERROR(Read(&size));
    ASSIGN_OR_RETURN(std::string text, ReadText(size));
    PickleValue* value = New(Kind::kString);
    value->text = std::move(text);
    return Push(value);
  }

  absl::Status PushTupleOf(const std::vector<PickleValue*>& items) {
    PickleValue* tuple = New(Kind::kTuple);
    tuple->items.assign(items.begin(), items.end());
    return Push(tuple);
  }
  absl::Status PushTuple(size_t count) {
    ASSIGN_OR_RETURN(const auto items, PopMany(count));
    return PushTupleOf(items);
  }
  absl::Status PushTupleFromMark() {
    ASSIGN_OR_RETURN(const auto items, PopToMark());
    return PushTupleOf(items);
  }

  absl::Status AppendTo(const std::vector<PickleValue*>& items) {
    ASSIGN_OR_RETURN(PickleValue * list, Pop());
    if (list->kind != Kind::kList) return Malformed("it appends to what is no list");
    list->items.insert(list->items.end(), items.begin(), items.end());
    return Push(list);
  }
  absl::Status Append(size_t count) {
    ASSIGN_OR_RETURN(const auto items, PopMany(count));
    return AppendTo(items);
  }
  absl::Status AppendFromMark() {
    ASSIGN_OR_RETURN(const auto items, PopToMark());
    return AppendTo(items);
  }

  absl::Status SetItemsOf(const std::vector<PickleValue*>& items) {
    ASSIGN_OR_RETURN(PickleValue * dict, Pop());
    if (dict->kind != Kind::kDict || items.size() % 2 != 0) return Malformed("it sets items of what is no dict");
    for (size_t i = 0; i < items.size(); i += 2) dict->entries.emplace_back(items[i], items[i + 1]);
    return Push(dict);
  }
  absl::Status SetItems(size_t count) {
    ASSIGN_OR_RETURN(const auto items, PopMany(count));
    return SetItemsOf(items);
  }
  absl::Status SetItemsFromMark() {
    ASSIGN_OR_RETURN(const auto items, PopToMark());
    return SetItemsOf(items);
  }

  absl::Status Memoize(uint64_t index) {
    if (stack_.empty() || stack_.back() == nullptr) return Malformed("it remembers nothing");
    memo_[index] = stack_.back();
    return absl::OkStatus();
  }
  template <typename Index>
  absl::Status Put() {
    Index index;
    RETURN_IF_ERROR(Read(&index));
    return Memoize(index);
  }
  template <typename Index>
  absl::Status Get() {
    Index index;
    RETURN_IF_ERROR(Read(&index));
    const auto found = memo_.find(index);
    if (found == memo_.end()) return Malformed("it recalls what it never remembered");
    return Push(found->second);
  }

  absl::Status PushGlobalNamed(const std::string& name) {
    if (!is_allowed_global_(name)) {
      return Malformed(absl::StrCat("it names ", Quoted(name),
                                    ", which saving tensors does not need; nothing of it was run"));
    }
    PickleValue* global = New(Kind::kGlobal);
    global->text = name;
    return Push(global);
  }
  absl::Status PushGlobal() {
    ASSIGN_OR_RETURN(const std::string module, ReadLine());
    ASSIGN_OR_RETURN(const std::string name, ReadLine());
    return PushGlobalNamed(absl::StrCat(module, ".", name));
  }
  absl::Status PushStackGlobal() {
    ASSIGN_OR_RETURN(const auto parts, PopMany(2));
    if (parts[0]->kind != Kind::kString || parts[1]->kind != Kind::kString) {
      return Malformed("it names something by what is no text");
    }
    return PushGlobalNamed(absl::StrCat(parts[0]->text, ".", parts[1]->text));
  }
  absl::Status PushPersistent() {
    ASSIGN_OR_RETURN(PickleValue * id, Pop());
    PickleValue* value = New(Kind::kPersistent);
    value->items = {id};
    return Push(value);
  }

  absl::Status Reduce() {
    ASSIGN_OR_RETURN(const auto call, PopMany(2));
    if (call[0]->kind != Kind::kGlobal || call[1]->kind != Kind::kTuple) {
      return Malformed("it calls what is no name");
    }
    if (call[0]->text == "collections.OrderedDict") {
      if (!call[1]->items.empty()) return Malformed("it makes an OrderedDict from arguments");
      return Push(New(Kind::kDict));
    }
    PickleValue* value = New(Kind::kReduced);
    value->items = {call[0], call[1]};
    return Push(value);
  }
  // A dict's attributes (a state dict's _metadata) say nothing about tensors.
  absl::Status Build() {
    ASSIGN_OR_RETURN(const auto values, PopMany(2));
    if (values[0]->kind != Kind::kDict) return Malformed("it sets attributes of what is no dict");
    return Push(values[0]);
  }

  std::span<const std::byte> rest_;
  const std::function<bool(std::string_view)>& is_allowed_global_;
  std::vector<PickleValue*> stack_;
  std::map<uint64_t, PickleValue*> memo_;
  Pickle pickle_;
};

absl::StatusOr<Pickle> Pickle::Parse(std::span<const std::byte> bytes,
                                     const std::function<bool(std::string_view)>& is_allowed_global) {
  return PickleMachine(bytes, is_allowed_global).Run();
}

}  // namespace kolors
