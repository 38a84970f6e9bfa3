#include "core/io/safetensors_header.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <unordered_set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/io/tensor_entry.h"

namespace kolors {
namespace {

using Json = nlohmann::json;

// Takes the parser's events one by one. A callback that returns false ends the parse; error_ says why.
class HeaderReader final : public nlohmann::json_sax<Json> {
 public:
  absl::StatusOr<SafetensorsHeader> Take() && {
    if (!error_.empty()) return absl::InvalidArgumentError(error_);
    return std::move(header_);
  }

  bool start_object(size_t) override {
    if (place_ == Place::kFile) return Enter(Place::kHeader);
    if (place_ != Place::kHeader) return Unexpected("an object");
    if (name_ == kSafetensorsMetadata) return Enter(Place::kMetadata);
    header_.tensors.push_back({.name = name_});
    seen_ = {};
    return Enter(Place::kTensor);
  }

  bool end_object() override {
    if (place_ == Place::kHeader) return Enter(Place::kFile);
    if (place_ == Place::kTensor) {
      for (size_t i = 0; i < kFields.size(); ++i) {
        if (!seen_[i]) return Fail(absl::StrCat("has no ", kFields[i]));
      }
    }
    return Enter(Place::kHeader);
  }

  bool key(string_t& key) override {
    switch (place_) {
      case Place::kHeader:
        name_ = key;
        return names_.insert(key).second || Fail("appears twice");
      case Place::kMetadata:
        metadata_key_ = key;
        return header_.metadata.emplace(key, "").second ||
               Fail(absl::StrCat("has the key ", Quoted(key), " twice"));
      default:
        return SelectField(key);
    }
  }

  bool string(string_t& value) override {
    if (place_ == Place::kMetadata) {
      header_.metadata[metadata_key_] = std::move(value);
      return true;
    }
    if (place_ != Place::kTensor || field_ != kDType) return Unexpected("a string");
    const std::optional<DType> dtype = DTypeFromName(value);
    if (!dtype) return Fail(absl::StrCat("has dtype ", Quoted(value), ", which is not supported"));
    tensor().dtype = *dtype;
    return true;
  }

  bool start_array(size_t) override {
    if (place_ != Place::kTensor || field_ == kDType) return Unexpected("a list");
    offsets_ = 0;
    return Enter(Place::kList);
  }

  bool end_array() override {
    if (field_ == kOffsets && offsets_ != 2) return Fail("has data_offsets that are not a pair");
    return Enter(Place::kTensor);
  }

  bool number_unsigned(number_unsigned_t value) override {
    if (place_ != Place::kList) return Unexpected("a number");
    if (value > uint64_t{std::numeric_limits<int64_t>::max()}) {
      return Fail(absl::StrCat("has the number ", value, ", which is too large"));
    }
    if (field_ == kShape) {
      tensor().shape.push_back(static_cast<int64_t>(value));
    } else if (++offsets_ <= 2) {
      (offsets_ == 1 ? tensor().begin : tensor().end) = value;
    }
    return true;
  }

  bool number_integer(number_integer_t) override { return Unexpected("a negative number"); }
  bool number_float(number_float_t, const string_t&) override { return Unexpected("a fraction"); }
  bool boolean(bool) override { return Unexpected("a boolean"); }
  bool null() override { return Unexpected("null"); }
  bool binary(binary_t&) override { return Unexpected("binary data"); }

  bool parse_error(size_t position, const std::string&, const Json::exception& e) override {
    const std::string what = e.what();
    error_ = absl::StrCat("header is not JSON at byte ", position, ": ",
                          what.substr(what.rfind("; ") == std::string::npos ? 0
                                                                            : what.rfind("; ") + 2));
    return false;
  }

 private:
  enum class Place { kFile, kHeader, kMetadata, kTensor, kList };
  enum Field { kDType, kShape, kOffsets };
  static constexpr std::array kFields = {"dtype", "shape", "data_offsets"};

  SafetensorsTensor& tensor() { return header_.tensors.back(); }

  bool Enter(Place place) {
    place_ = place;
    return true;
  }

  bool SelectField(const std::string& key) {
    for (size_t i = 0; i < kFields.size(); ++i) {
      if (key != kFields[i]) continue;
      field_ = static_cast<Field>(i);
      if (seen_[i]) return Fail(absl::StrCat("has ", key, " twice"));
      return seen_[i] = true;
    }
    return Fail(absl::StrCat("has an unknown field ", Quoted(key)));
  }

  bool Fail(std::string_view what) {
    const bool in_tensor = place_ != Place::kFile && name_ != kSafetensorsMetadata;
    error_ = absl::StrCat(in_tensor ? "tensor " + Quoted(name_) : std::string("header's metadata"),
                          " ", std::string(what));
    return false;
  }

  bool Unexpected(const char* what) {
    if (place_ == Place::kFile) {
      error_ = absl::StrCat("header is ", what, ", not an object");
      return false;
    }
    return Fail(absl::StrCat("has ", what, " where the format has none"));
  }

  SafetensorsHeader header_;
  std::unordered_set<std::string> names_;
  Place place_ = Place::kFile;
  std::string name_;
  std::string metadata_key_;
  Field field_ = kDType;
  std::array<bool, 3> seen_ = {};
  int offsets_ = 0;
  std::string error_;
};

}  // namespace

absl::StatusOr<SafetensorsHeader> ParseSafetensorsHeader(std::string_view text) {
  if (text.empty() || text.front() != '{') {
    return absl::InvalidArgumentError("header does not begin with '{'");
  }
  HeaderReader reader;
  Json::sax_parse(text, &reader);
  return std::move(reader).Take();
}

}  // namespace kolors
