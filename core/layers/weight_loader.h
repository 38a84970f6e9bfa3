// How a network gets its tensors: it asks for each by name and shape while it is being built.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "core/io/weights.h"
#include "core/layers/weight_uploader.h"

namespace kolors {

// Hands out tensors of one WeightSet on one device in one dtype, and keeps count of what was asked
// for, so that everything that is wrong with a file is reported at once, by name.
//
// With the meta device nothing is read or allocated: that is how a folder is verified.
// Not thread-safe. The tensors it hands out own their memory.
class WeightLoader {
 public:
  // weights must outlive the loader. prefix: what all names in the file may begin with, such as
  // "transformer."; names are tried with and without it.
  WeightLoader(const WeightSet& weights, at::TensorOptions options, std::string prefix = "");
  ~WeightLoader();

  // The tensor `name`, converted to the loader's dtype. If it is missing or has another shape, that
  // is noted and an uninitialised tensor of the asked shape is returned.
  at::Tensor Load(const std::string& name, at::IntArrayRef shape);
  // Whether the file has it (under this name), without asking for it.
  bool Has(std::string_view name) const;
  // Names that begin with this are in published files but not needed (an output head): not an
  // error.
  void Ignore(std::string prefix) { ignored_.push_back(std::move(prefix)); }

  // OK if every tensor asked for was there with its shape and no other is left; else
  // FAILED_PRECONDITION with up to eight names of each kind. Ends the streaming to the device.
  absl::Status Finish();

  int64_t parameters() const { return parameters_; }  // numbers handed out so far

 private:
  const TensorEntry* Find(std::string_view name) const;

  const WeightSet& weights_;
  at::TensorOptions options_;
  std::string prefix_;
  std::vector<std::string> ignored_;
  std::set<std::string, std::less<>> used_;
  std::vector<std::string> missing_;
  std::vector<std::string> misshapen_;
  int64_t parameters_ = 0;
  std::unique_ptr<WeightUploader> uploader_;
};

// A place in the naming tree: scope / "down_blocks" / 0 / "conv" asks for "down_blocks.0.conv.…".
class WeightScope {
 public:
  explicit WeightScope(WeightLoader& loader) : loader_(&loader) {}

  WeightScope operator/(std::string_view name) const {
    WeightScope child = *this;
    child.prefix_ += std::string(name) + ".";
    return child;
  }
  WeightScope operator/(int64_t index) const { return *this / std::to_string(index); }

  at::Tensor Load(std::string_view name, at::IntArrayRef shape) const {
    return loader_->Load(prefix_ + std::string(name), shape);
  }
  bool Has(std::string_view name) const { return loader_->Has(prefix_ + std::string(name)); }

 private:
  WeightLoader* loader_;
  std::string prefix_;
};

}  // namespace kolors
