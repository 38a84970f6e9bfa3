#include "core/io/torch_pickle.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/io/pickle.h"
#include "core/io/zip_archive.h"

namespace kolors {
namespace {

using Kind = PickleValue::Kind;

constexpr std::string_view kRebuildTensor = "torch._utils._rebuild_tensor_v2";
constexpr std::string_view kRebuildParameter = "torch._utils._rebuild_parameter";
constexpr int kMaxDepth = 16;
constexpr size_t kMaxTensors = 1 << 20;

const std::map<std::string_view, DType>& Storages() {
  static const auto* storages = new std::map<std::string_view, DType>{
      {"torch.DoubleStorage", DType::kF64}, {"torch.FloatStorage", DType::kF32},
      {"torch.HalfStorage", DType::kF16},   {"torch.BFloat16Storage", DType::kBF16},
      {"torch.LongStorage", DType::kI64},   {"torch.IntStorage", DType::kI32},
      {"torch.ShortStorage", DType::kI16},  {"torch.CharStorage", DType::kI8},
      {"torch.ByteStorage", DType::kU8},    {"torch.BoolStorage", DType::kBool}};
  return *storages;
}

bool IsAllowedGlobal(std::string_view name) {
  return name == "collections.OrderedDict" || name == kRebuildTensor || name == kRebuildParameter ||
         Storages().contains(name);
}

absl::Status Wrong(const std::string& name, const std::string& why) {
  return absl::InvalidArgumentError(absl::StrCat("tensor ", Quoted(name), " ", why));
}

struct Storage {
  DType dtype = DType::kF32;
  int64_t numel = 0;
  std::span<const std::byte> data;
};

struct TensorView {
  Storage storage;
  int64_t offset = 0;  // all in elements
  std::vector<int64_t> shape, strides;
};

// Steps of a row-major tensor; dimensions of one step nowhere.
bool IsRowMajor(const TensorView& view) {
  int64_t step = 1;
  for (size_t d = view.shape.size(); d-- > 0;) {
    if (view.shape[d] != 1 && view.strides[d] != step) return false;
    step *= view.shape[d];
  }
  return true;
}

class Reader {
 public:
  explicit Reader(std::span<const std::byte> file) : copy_budget_(2 * file.size()) {}

  absl::StatusOr<WeightContents> Read(std::vector<ZipMember> members) {
    std::span<const std::byte> pickle_bytes;
    std::string root;
    for (const ZipMember& member : members) {
      if (absl::EndsWith(member.name, "/data.pkl")) {
        pickle_bytes = member.data;
        root = member.name.substr(0, member.name.size() - std::strlen("data.pkl"));
      }
    }
    if (root.empty()) return absl::InvalidArgumentError("is a ZIP archive without data.pkl: not of torch.save");
    for (ZipMember& member : members) {
      if (!absl::StartsWith(member.name, root)) continue;
      const std::string name = member.name.substr(root.size());
      if (name == "byteorder" && !IsLittleEndian(member.data)) {
        return absl::InvalidArgumentError("was saved on a big-endian machine; save it again on a little-endian one");
      }
      if (absl::StartsWith(name, "data/")) storages_[name.substr(std::strlen("data/"))] = member.data;
    }
    ASSIGN_OR_RETURN(const Pickle pickle, Pickle::Parse(pickle_bytes, IsAllowedGlobal));
    RETURN_IF_ERROR(Flatten(Top(pickle.root()), "", 0));
    return std::move(contents_);
  }

 private:
  static bool IsLittleEndian(std::span<const std::byte> data) {
    return std::string_view(reinterpret_cast<const char*>(data.data()), data.size()) == "little";
  }

  static const PickleValue& Top(const PickleValue& root) {
    for (const auto& [key, value] : root.entries) {
      if (key->kind == Kind::kString && key->text == "state_dict" && value->kind == Kind::kDict) return *value;
    }
    return root;
  }

  absl::Status Flatten(const PickleValue& value, const std::string& name, int depth) {
    if (value.kind == Kind::kReduced) return AddTensor(value, name);
    if (value.kind != Kind::kDict) {
      if (depth > 0) return absl::OkStatus();
      return absl::InvalidArgumentError("holds no dict of tensors");
    }
    if (depth == kMaxDepth) return Wrong(name, "lies in more than 16 dicts");
    for (const auto& [key, item] : value.entries) {
      if (key->kind != Kind::kString) continue;
      // Dicts may share parts, so a short pickle can describe very many paths.
      if (++visited_ > kMaxTensors) return absl::InvalidArgumentError("holds more than a million entries");
      RETURN_IF_ERROR(Flatten(*item, name.empty() ? key->text : absl::StrCat(name, ".", key->text), depth + 1));
    }
    return absl::OkStatus();
  }

  absl::Status AddTensor(const PickleValue& value, const std::string& name) {
    const PickleValue* tensor = &value;
    const std::string* callable = &value.items[0]->text;
    if (*callable == kRebuildParameter) {
      const auto& arguments = tensor->items[1]->items;
      if (arguments.empty() || arguments[0]->kind != Kind::kReduced) return Wrong(name, "is a parameter of no tensor");
      tensor = arguments[0];
      callable = &tensor->items[0]->text;
    }
    if (*callable != kRebuildTensor) return Wrong(name, absl::StrCat("is made by calling ", *callable));
    ASSIGN_OR_RETURN(const TensorView view, ReadView(tensor->items[1]->items, name));
    RETURN_IF_ERROR(CheckInside(view, name));
    TensorEntry entry{.name = name, .dtype = view.storage.dtype, .shape = view.shape};
    ASSIGN_OR_RETURN(entry.data, RowMajorData(view, name));
    if (!names_.insert(name).second) return Wrong(name, "appears twice");
    contents_.tensors.push_back(std::move(entry));
    return absl::OkStatus();
  }

  // arguments: storage, offset, shape, strides, requires_grad, hooks …
  absl::StatusOr<TensorView> ReadView(const std::vector<const PickleValue*>& arguments, const std::string& name) {
    if (arguments.size() < 4 || arguments[0]->kind != Kind::kPersistent || arguments[1]->kind != Kind::kInt) {
      return Wrong(name, "is not described as torch.save does it");
    }
    TensorView view{.offset = arguments[1]->integer};
    ASSIGN_OR_RETURN(view.storage, ReadStorage(*arguments[0]->items[0], name));
    ASSIGN_OR_RETURN(view.shape, ReadInts(*arguments[2], name));
    ASSIGN_OR_RETURN(view.strides, ReadInts(*arguments[3], name));
    if (view.shape.size() != view.strides.size()) return Wrong(name, "has shape and strides of different lengths");
    for (size_t d = 0; d < view.shape.size(); ++d) {
      if (view.shape[d] <= 1) view.strides[d] = 0;  // never stepped along, and may be anything
    }
    return view;
  }

  static absl::StatusOr<std::vector<int64_t>> ReadInts(const PickleValue& tuple, const std::string& name) {
    std::vector<int64_t> values;
    for (const PickleValue* item : tuple.items) {
      if (item->kind != Kind::kInt || item->integer < 0) return Wrong(name, "has a size that is no whole number");
      values.push_back(item->integer);
    }
    return values;
  }

  // id: ("storage", type, key, location, numel)
  absl::StatusOr<Storage> ReadStorage(const PickleValue& id, const std::string& name) {
    const auto& parts = id.items;
    if (id.kind != Kind::kTuple || parts.size() != 5 || parts[1]->kind != Kind::kGlobal ||
        parts[2]->kind != Kind::kString || parts[4]->kind != Kind::kInt) {
      return Wrong(name, "has a storage that is not described as torch.save does it");
    }
    const auto dtype = Storages().find(parts[1]->text);
    if (dtype == Storages().end()) return Wrong(name, absl::StrCat("has a storage of type ", parts[1]->text));
    const auto data = storages_.find(parts[2]->text);
    if (data == storages_.end()) return Wrong(name, absl::StrCat("misses its bytes: no member data/", Quoted(parts[2]->text)));
    Storage storage{.dtype = dtype->second, .numel = parts[4]->integer, .data = data->second};
    if (storage.numel < 0 || storage.numel > static_cast<int64_t>(storage.data.size()) / DTypeSize(storage.dtype)) {
      return Wrong(name, absl::StrCat("has ", storage.data.size(), " bytes for ", storage.numel, " values"));
    }
    return storage;
  }

  static absl::Status CheckInside(const TensorView& view, const std::string& name) {
    const auto bytes = ByteCount(view.storage.dtype, view.shape);
    if (!bytes) return Wrong(name, absl::StrCat("has an impossible shape ", ShapeText(view.shape)));
    if (view.offset < 0) return Wrong(name, "begins before its storage");
    if (std::ranges::find(view.shape, 0) != view.shape.end()) return absl::OkStatus();
    __int128 last = view.offset;
    for (size_t d = 0; d < view.shape.size(); ++d) last += __int128{view.shape[d] - 1} * view.strides[d];
    if (last >= view.storage.numel) {
      return Wrong(name, absl::StrCat("of shape ", ShapeText(view.shape), " reaches past its storage of ",
                                      view.storage.numel, " values"));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::span<const std::byte>> RowMajorData(const TensorView& view, const std::string& name) {
    if (std::ranges::find(view.shape, 0) != view.shape.end()) return std::span<const std::byte>();
    const int64_t size = DTypeSize(view.storage.dtype);
    const uint64_t bytes = *ByteCount(view.storage.dtype, view.shape);
    if (IsRowMajor(view)) return view.storage.data.subspan(view.offset * size, bytes);
    if (bytes > copy_budget_) return Wrong(name, "repeats its storage so often that it outgrows the file");
    copy_budget_ -= bytes;
    auto copy = std::make_unique<std::byte[]>(bytes);
    const auto result = std::span<const std::byte>(copy.get(), bytes);
    std::vector<int64_t> index(view.shape.size());
    int64_t at = view.offset;
    for (std::byte* to = copy.get(); to != copy.get() + bytes; to += size) {
      std::memcpy(to, view.storage.data.data() + at * size, size);
      for (size_t d = index.size(); d-- > 0;) {
        at += view.strides[d];
        if (++index[d] < view.shape[d]) break;
        at -= view.shape[d] * view.strides[d];
        index[d] = 0;
      }
    }
    contents_.copies.push_back(std::move(copy));
    return result;
  }

  uint64_t copy_budget_;  // bytes
  size_t visited_ = 0;
  std::map<std::string, std::span<const std::byte>> storages_;
  std::set<std::string> names_;
  WeightContents contents_;
};

}  // namespace

absl::StatusOr<WeightContents> ParseTorchPickle(std::span<const std::byte> file) {
  ASSIGN_OR_RETURN(std::vector<ZipMember> members, ParseZip(file));
  return Reader(file).Read(std::move(members));
}

}  // namespace kolors
