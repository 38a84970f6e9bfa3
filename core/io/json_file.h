// JSON files as data: strict parsing, and typed fields whose errors name file and key.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace kolors {

// name: what the error calls the text, usually its path.
//
// INVALID_ARGUMENT, with line and column: not JSON, or an object that has a key twice (a parser
// that keeps one of the two would show a file other than the one its author wrote), or nested too
// deeply.
absl::StatusOr<nlohmann::json> ParseJson(std::string_view text, std::string_view name);

// NOT_FOUND: no such file. INVALID_ARGUMENT: as ParseJson, or larger than 64 MiB.
absl::StatusOr<nlohmann::json> ReadJsonFile(const std::filesystem::path& path);

struct IntRange {
  int64_t min = std::numeric_limits<int64_t>::min();
  int64_t max = std::numeric_limits<int64_t>::max();
};

// A JSON object read field by field. Problems are collected, so that one error names all of them:
//
//   ASSIGN_OR_RETURN(JsonObject json, JsonObject::Open(folder / "config.json"));
//   config.num_layers = json.Int("num_layers", {1, 1024});
//   config.norm_eps = json.DoubleOr("norm_eps", 1e-5);
//   RETURN_IF_ERROR(json.status());
//
// A field of the wrong type or range, or a required one that is absent, yields the default or zero
// (lists: empty) and makes status() INVALID_ARGUMENT. null counts as absent. Copies and the objects
// that Object() returns share one list of problems. Not thread-safe.
class JsonObject {
 public:
  static absl::StatusOr<JsonObject> Open(const std::filesystem::path& path);
  // INVALID_ARGUMENT: json is not an object. name: what errors call it.
  static absl::StatusOr<JsonObject> From(nlohmann::json json, std::string name);

  bool Has(std::string_view key) const;

  int64_t Int(std::string_view key, IntRange range = {}) const;
  int64_t IntOr(std::string_view key, int64_t otherwise, IntRange range = {}) const;
  double Double(std::string_view key) const;
  double DoubleOr(std::string_view key, double otherwise) const;
  bool Bool(std::string_view key) const;
  bool BoolOr(std::string_view key, bool otherwise) const;
  std::string String(std::string_view key) const;
  std::string StringOr(std::string_view key, std::string otherwise) const;

  std::vector<int64_t> Ints(std::string_view key, IntRange range = {}) const;
  std::vector<int64_t> IntsOr(std::string_view key, std::vector<int64_t> otherwise,
                              IntRange range = {}) const;
  std::vector<double> Doubles(std::string_view key) const;
  std::vector<std::string> Strings(std::string_view key) const;
  // A field that may be one number, meant for all of `count` places, or a list of exactly `count`
  // numbers (diffusers' transformer_layers_per_block, attention_head_dim).
  std::vector<int64_t> IntForEach(std::string_view key, size_t count, IntRange range = {}) const;
  std::vector<int64_t> IntForEachOr(std::string_view key, size_t count, int64_t otherwise,
                                    IntRange range = {}) const;

  // The object inside; if absent, an empty one in which every required field is a problem.
  JsonObject Object(std::string_view key) const;

  // Records a problem that the caller found: Fail("act_fn", "must be silu, is relu").
  void Fail(std::string_view key, std::string_view problem) const;

  // OK, or INVALID_ARGUMENT: "unet/config.json: layers must be a whole number, is "two"; …".
  absl::Status status() const;
  const nlohmann::json& json() const { return *json_; }

 private:
  struct Problems;
  JsonObject(std::shared_ptr<const nlohmann::json> json, std::string prefix,
             std::shared_ptr<Problems> problems);
  const nlohmann::json* Find(std::string_view key) const;
  const nlohmann::json* Require(std::string_view key, std::string_view expected) const;

  int64_t ToInt(std::string_view key, const nlohmann::json& value, IntRange range,
                int64_t otherwise) const;
  double ToDouble(std::string_view key, const nlohmann::json& value, double otherwise) const;
  bool ToBool(std::string_view key, const nlohmann::json& value, bool otherwise) const;
  std::string ToString(std::string_view key, const nlohmann::json& value) const;
  std::vector<int64_t> ToInts(std::string_view key, const nlohmann::json& value,
                              IntRange range) const;
  std::vector<int64_t> ToIntForEach(std::string_view key, const nlohmann::json& value, size_t count,
                                    IntRange range) const;
  void Mismatch(std::string_view key, std::string_view expected, const nlohmann::json& value) const;

  std::shared_ptr<const nlohmann::json> json_;
  std::string prefix_;  // "outer." inside Object("outer")
  std::shared_ptr<Problems> problems_;
};

}  // namespace kolors
