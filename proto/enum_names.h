// Proto enums by the names that people type: SAMPLER_DPMPP_2M is "dpmpp_2m". Read from the
// descriptors, so that a new value needs no line here.
#pragma once

#include <google/protobuf/generated_enum_reflection.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace kolors {

// "SAMPLER_": what all values start with. By the contract's rule the zero value ends in UNSPECIFIED.
template <typename Enum>
std::string EnumPrefix() {
  const std::string& zero =
      google::protobuf::GetEnumDescriptor<Enum>()->FindValueByNumber(0)->name();
  return std::string(absl::StripSuffix(zero, "UNSPECIFIED"));
}

// A value this client does not know yet shows as its number.
template <typename Enum>
std::string EnumName(Enum value) {
  const auto* found = google::protobuf::GetEnumDescriptor<Enum>()->FindValueByNumber(value);
  if (found == nullptr) return std::to_string(static_cast<int>(value));
  return absl::AsciiStrToLower(absl::StripPrefix(found->name(), EnumPrefix<Enum>()));
}

template <typename Enum>
std::optional<Enum> ParseEnumName(std::string_view name) {
  const std::string upper = absl::AsciiStrToUpper(absl::string_view(name.data(), name.size()));
  const auto* found =
      google::protobuf::GetEnumDescriptor<Enum>()->FindValueByName(EnumPrefix<Enum>() + upper);
  if (found == nullptr || found->number() == 0) return std::nullopt;
  return static_cast<Enum>(found->number());
}

// All names but the unspecified one's, in the order of the contract.
template <typename Enum>
std::vector<std::string> EnumNames() {
  std::vector<std::string> names;
  const auto* descriptor = google::protobuf::GetEnumDescriptor<Enum>();
  for (int i = 0; i < descriptor->value_count(); ++i) {
    const int number = descriptor->value(i)->number();
    if (number != 0) names.push_back(EnumName(static_cast<Enum>(number)));
  }
  return names;
}

}  // namespace kolors
