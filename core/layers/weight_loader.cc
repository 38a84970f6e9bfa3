#include "core/layers/weight_loader.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/layers/weight_uploader.h"

namespace kolors {

namespace {

at::ScalarType ToScalarType(DType dtype) {
  switch (dtype) {
    case DType::kF64:
      return at::kDouble;
    case DType::kF32:
      return at::kFloat;
    case DType::kF16:
      return at::kHalf;
    case DType::kBF16:
      return at::kBFloat16;
    case DType::kI64:
      return at::kLong;
    case DType::kI32:
      return at::kInt;
    case DType::kI16:
      return at::kShort;
    case DType::kI8:
      return at::kChar;
    case DType::kU8:
      return at::kByte;
    case DType::kBool:
      return at::kBool;
  }
  return at::kFloat;
}

std::string ShapeText(at::IntArrayRef shape) {
  return absl::StrCat("[", absl::StrJoin(shape, ", "), "]");
}

// "a, b and 5 more"
std::string Few(const std::vector<std::string>& names) {
  constexpr size_t kShown = 8;
  std::string text =
      absl::StrJoin(names.begin(), names.begin() + std::min(names.size(), kShown), ", ");
  if (names.size() > kShown) absl::StrAppend(&text, " and ", names.size() - kShown, " more");
  return text;
}

}  // namespace

WeightLoader::WeightLoader(const WeightSet& weights, at::TensorOptions options, std::string prefix)
    : weights_(weights),
      options_(options),
      prefix_(std::move(prefix)),
      uploader_(std::make_unique<WeightUploader>(options)) {}

WeightLoader::~WeightLoader() = default;

const TensorEntry* WeightLoader::Find(std::string_view name) const {
  if (const TensorEntry* entry = weights_.Find(name)) return entry;
  return prefix_.empty() ? nullptr : weights_.Find(prefix_ + std::string(name));
}

bool WeightLoader::Has(std::string_view name) const { return Find(name) != nullptr; }

at::Tensor WeightLoader::Load(const std::string& name, at::IntArrayRef shape) {
  const TensorEntry* entry = Find(name);
  if (entry == nullptr) {
    missing_.push_back(name);
    return at::empty(shape, options_);
  }
  used_.insert(entry->name);
  if (at::IntArrayRef(entry->shape) != shape) {
    misshapen_.push_back(absl::StrCat(name, " is ", ShapeText(entry->shape),
                                      ", the configuration asks for ", ShapeText(shape)));
    return at::empty(shape, options_);
  }
  at::Tensor tensor = uploader_->Upload(entry->data, ToScalarType(entry->dtype), shape);
  parameters_ += tensor.numel();
  return tensor;
}

absl::Status WeightLoader::Finish() {
  uploader_->Flush();
  std::vector<std::string> unexpected;
  for (const auto& [name, entry] : weights_.tensors()) {
    auto ignored = [&](const std::string& prefix) {
      return absl::StartsWith(name, prefix) || absl::StartsWith(name, prefix_ + prefix);
    };
    if (!used_.contains(name) && std::none_of(ignored_.begin(), ignored_.end(), ignored)) {
      unexpected.push_back(name);
    }
  }
  if (missing_.empty() && misshapen_.empty() && unexpected.empty()) return absl::OkStatus();

  std::vector<std::string> problems;
  if (!missing_.empty()) problems.push_back(absl::StrCat("missing: ", Few(missing_)));
  if (!misshapen_.empty()) problems.push_back(absl::StrCat("wrong shape: ", Few(misshapen_)));
  if (!unexpected.empty()) problems.push_back(absl::StrCat("unexpected: ", Few(unexpected)));
  return absl::FailedPreconditionError(
      absl::StrCat(weights_.path().string(),
                   " does not fit its config.json: ", absl::StrJoin(problems, "; "), "."));
}

}  // namespace kolors
