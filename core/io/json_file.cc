#include "core/io/json_file.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/status_macros.h"
#include "core/io/mapped_file.h"

namespace kolors {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxFileBytes = size_t{64} << 20;
constexpr int kMaxDepth = 64;
constexpr size_t kMaxProblems = 8;

struct Refused {
  std::string reason;
};

// Looks over the parser's shoulder and throws Refused at what a strict reader does not take.
class StrictnessCheck {
 public:
  bool operator()(int depth, Json::parse_event_t event, Json& value) {
    if (depth > kMaxDepth) throw Refused{absl::StrCat("is nested deeper than ", kMaxDepth)};
    if (event == Json::parse_event_t::object_start) keys_.emplace_back();
    if (event == Json::parse_event_t::object_end) keys_.pop_back();
    if (event == Json::parse_event_t::key) {
      const auto& key = value.get_ref<const std::string&>();
      if (!keys_.back().insert(key).second) {
        throw Refused{absl::StrCat("has the key \"", absl::Utf8SafeCEscape(key), "\" twice")};
      }
    }
    return true;
  }

 private:
  std::vector<std::set<std::string>> keys_;
};

// "[json.exception.parse_error.101] parse error at line 1, column 2: …" without the first part.
std::string WithoutTag(const std::string& what) {
  const size_t end = what.find("] ");
  return end == std::string::npos ? what : what.substr(end + 2);
}

std::string Shown(const Json& value) {
  if (value.is_array()) return absl::StrCat("a list of ", value.size());
  if (value.is_object()) return "an object";
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > 60) text = text.substr(0, 57) + "...";
  return text;
}

bool IsWhole(const Json& value) {
  if (value.is_number_unsigned()) {
    return value.get<uint64_t>() <= uint64_t{std::numeric_limits<int64_t>::max()};
  }
  if (value.is_number_integer()) return true;
  if (!value.is_number_float()) return false;
  const double number = value.get<double>();
  return number == std::trunc(number) && std::abs(number) <= 9007199254740992.0;  // 2^53
}

bool InRange(int64_t number, IntRange range) { return number >= range.min && number <= range.max; }

std::string Describe(IntRange range) {
  constexpr IntRange kAny;
  if (range.min == kAny.min && range.max == kAny.max) return "a whole number";
  if (range.max == kAny.max) return absl::StrCat("a whole number of at least ", range.min);
  if (range.min == kAny.min) return absl::StrCat("a whole number of at most ", range.max);
  return absl::StrCat("a whole number from ", range.min, " to ", range.max);
}

bool IsWholeIn(const Json& value, IntRange range) {
  return IsWhole(value) && InRange(value.get<int64_t>(), range);
}

bool AllWholeIn(const Json& list, IntRange range) {
  for (const Json& value : list) {
    if (!IsWholeIn(value, range)) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<Json> ParseJson(std::string_view text, std::string_view name) {
  try {
    Json parsed = Json::parse(text, StrictnessCheck());
    return absl::StatusOr<Json>(absl::in_place, std::move(parsed));
  } catch (const Refused& refused) {
    return absl::InvalidArgumentError(std::string(name) + " " + refused.reason);
  } catch (const Json::exception& e) {
    return absl::InvalidArgumentError(absl::StrCat(std::string(name), " is not JSON: ", WithoutTag(e.what())));
  }
}

absl::StatusOr<Json> ReadJsonFile(const std::filesystem::path& path) {
  ASSIGN_OR_RETURN(const MappedFile file, MappedFile::Open(path));
  if (file.bytes().size() > kMaxFileBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(path.string(), " has ", file.bytes().size(),
                     " bytes, more than the 64 MiB a JSON file may have"));
  }
  return ParseJson(
      std::string_view(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()),
      path.string());
}

struct JsonObject::Problems {
  std::string name;
  std::vector<std::string> list;
};

JsonObject::JsonObject(std::shared_ptr<const Json> json, std::string prefix,
                       std::shared_ptr<Problems> problems)
    : json_(std::move(json)), prefix_(std::move(prefix)), problems_(std::move(problems)) {}

absl::StatusOr<JsonObject> JsonObject::Open(const std::filesystem::path& path) {
  absl::StatusOr<Json> parsed = ReadJsonFile(path);
  if (!parsed.ok()) return parsed.status();
  return From(*std::move(parsed), path.string());
}

absl::StatusOr<JsonObject> JsonObject::From(Json object, std::string name) {
  if (!object.is_object()) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " must hold a JSON object, holds ", Shown(object)));
  }
  auto problems = std::make_shared<Problems>();
  problems->name = std::move(name);
  return JsonObject(std::make_shared<const Json>(std::move(object)), "", std::move(problems));
}

const Json* JsonObject::Find(std::string_view key) const {
  const auto found = json_->find(key);
  return found == json_->end() || found->is_null() ? nullptr : &*found;
}

const Json* JsonObject::Require(std::string_view key, std::string_view expected) const {
  const Json* value = Find(key);
  if (value == nullptr) Fail(key, absl::StrCat("is missing (", std::string(expected), ")"));
  return value;
}

bool JsonObject::Has(std::string_view key) const { return Find(key) != nullptr; }

void JsonObject::Fail(std::string_view key, std::string_view problem) const {
  problems_->list.push_back(
      absl::StrCat(prefix_, std::string(key), " ", std::string(problem)));
}

void JsonObject::Mismatch(std::string_view key, std::string_view expected,
                          const Json& value) const {
  Fail(key, absl::StrCat("must be ", std::string(expected), ", is ", Shown(value)));
}

absl::Status JsonObject::status() const {
  const std::vector<std::string>& list = problems_->list;
  if (list.empty()) return absl::OkStatus();
  const size_t shown = std::min(list.size(), kMaxProblems);
  std::string message =
      absl::StrCat(problems_->name, ": ", absl::StrJoin(list.begin(), list.begin() + shown, "; "));
  if (list.size() > shown) absl::StrAppend(&message, "; and ", list.size() - shown, " more");
  return absl::InvalidArgumentError(message);
}

int64_t JsonObject::ToInt(std::string_view key, const Json& value, IntRange range,
                          int64_t otherwise) const {
  if (IsWholeIn(value, range)) return value.get<int64_t>();
  Mismatch(key, Describe(range), value);
  return otherwise;
}

double JsonObject::ToDouble(std::string_view key, const Json& value, double otherwise) const {
  if (value.is_number()) return value.get<double>();
  Mismatch(key, "a number", value);
  return otherwise;
}

bool JsonObject::ToBool(std::string_view key, const Json& value, bool otherwise) const {
  if (value.is_boolean()) return value.get<bool>();
  Mismatch(key, "true or false", value);
  return otherwise;
}

std::string JsonObject::ToString(std::string_view key, const Json& value) const {
  if (value.is_string()) return value.get<std::string>();
  Mismatch(key, "a string", value);
  return "";
}

std::vector<int64_t> JsonObject::ToInts(std::string_view key, const Json& value,
                                        IntRange range) const {
  if (value.is_array() && AllWholeIn(value, range)) return value.get<std::vector<int64_t>>();
  Mismatch(key, absl::StrCat("a list, each ", Describe(range)), value);
  return {};
}

std::vector<int64_t> JsonObject::ToIntForEach(std::string_view key, const Json& value, size_t count,
                                              IntRange range) const {
  if (!value.is_array()) {
    const bool whole = IsWholeIn(value, range);
    if (!whole) Mismatch(key, Describe(range), value);
    return std::vector<int64_t>(count, whole ? value.get<int64_t>() : 0);
  }
  if (value.size() == count && AllWholeIn(value, range)) return value.get<std::vector<int64_t>>();
  Mismatch(key, absl::StrCat("a list of ", count, ", each ", Describe(range)), value);
  return std::vector<int64_t>(count, 0);
}

int64_t JsonObject::Int(std::string_view key, IntRange range) const {
  const Json* value = Require(key, Describe(range));
  return value == nullptr ? 0 : ToInt(key, *value, range, 0);
}

int64_t JsonObject::IntOr(std::string_view key, int64_t otherwise, IntRange range) const {
  const Json* value = Find(key);
  return value == nullptr ? otherwise : ToInt(key, *value, range, otherwise);
}

double JsonObject::Double(std::string_view key) const {
  const Json* value = Require(key, "a number");
  return value == nullptr ? 0 : ToDouble(key, *value, 0);
}

double JsonObject::DoubleOr(std::string_view key, double otherwise) const {
  const Json* value = Find(key);
  return value == nullptr ? otherwise : ToDouble(key, *value, otherwise);
}

bool JsonObject::Bool(std::string_view key) const {
  const Json* value = Require(key, "true or false");
  return value != nullptr && ToBool(key, *value, false);
}

bool JsonObject::BoolOr(std::string_view key, bool otherwise) const {
  const Json* value = Find(key);
  return value == nullptr ? otherwise : ToBool(key, *value, otherwise);
}

std::string JsonObject::String(std::string_view key) const {
  const Json* value = Require(key, "a string");
  return value == nullptr ? "" : ToString(key, *value);
}

std::string JsonObject::StringOr(std::string_view key, std::string otherwise) const {
  const Json* value = Find(key);
  return value == nullptr ? otherwise : ToString(key, *value);
}

std::vector<int64_t> JsonObject::Ints(std::string_view key, IntRange range) const {
  const Json* value = Require(key, "a list of whole numbers");
  return value == nullptr ? std::vector<int64_t>() : ToInts(key, *value, range);
}

std::vector<int64_t> JsonObject::IntsOr(std::string_view key, std::vector<int64_t> otherwise,
                                        IntRange range) const {
  const Json* value = Find(key);
  return value == nullptr ? otherwise : ToInts(key, *value, range);
}

std::vector<double> JsonObject::Doubles(std::string_view key) const {
  const Json* value = Require(key, "a list of numbers");
  if (value == nullptr) return {};
  bool numbers = value->is_array();
  for (const Json& item : *value) numbers = numbers && item.is_number();
  if (numbers) return value->get<std::vector<double>>();
  Mismatch(key, "a list of numbers", *value);
  return {};
}

std::vector<std::string> JsonObject::Strings(std::string_view key) const {
  const Json* value = Require(key, "a list of strings");
  if (value == nullptr) return {};
  bool strings = value->is_array();
  for (const Json& item : *value) strings = strings && item.is_string();
  if (strings) return value->get<std::vector<std::string>>();
  Mismatch(key, "a list of strings", *value);
  return {};
}

std::vector<int64_t> JsonObject::IntForEach(std::string_view key, size_t count,
                                            IntRange range) const {
  const Json* value = Require(key, Describe(range));
  return value == nullptr ? std::vector<int64_t>(count, 0)
                          : ToIntForEach(key, *value, count, range);
}

std::vector<int64_t> JsonObject::IntForEachOr(std::string_view key, size_t count, int64_t otherwise,
                                              IntRange range) const {
  const Json* value = Find(key);
  return value == nullptr ? std::vector<int64_t>(count, otherwise)
                          : ToIntForEach(key, *value, count, range);
}

JsonObject JsonObject::Object(std::string_view key) const {
  const Json* value = Find(key);
  const std::string prefix = absl::StrCat(prefix_, std::string(key), ".");
  if (value != nullptr && value->is_object()) {
    return JsonObject(std::shared_ptr<const Json>(json_, value), prefix, problems_);
  }
  if (value != nullptr) Mismatch(key, "an object", *value);
  return JsonObject(std::make_shared<const Json>(Json::object()), prefix, problems_);
}

}  // namespace kolors
