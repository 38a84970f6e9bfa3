#include <algorithm>
#include <array>
#include <utility>

#include "core/base/check.h"
#include "core/sampling/sampler_kind.h"

namespace kolors {
namespace {

constexpr std::array<std::pair<SamplerKind, std::string_view>, 9> kNames = {{
    {SamplerKind::kEuler, "euler"},
    {SamplerKind::kEulerAncestral, "euler_ancestral"},
    {SamplerKind::kDpmpp2m, "dpmpp_2m"},
    {SamplerKind::kDpmpp2mKarras, "dpmpp_2m_karras"},
    {SamplerKind::kDpmpp2mSde, "dpmpp_2m_sde"},
    {SamplerKind::kDpmpp2mSdeKarras, "dpmpp_2m_sde_karras"},
    {SamplerKind::kDdim, "ddim"},
    {SamplerKind::kUniPc, "unipc"},
    {SamplerKind::kDdimDiffsynth, "ddim_diffsynth"},
}};

constexpr auto kKinds = [] {
  std::array<SamplerKind, kNames.size()> kinds{};
  for (size_t i = 0; i < kinds.size(); ++i) kinds[i] = kNames[i].first;
  return kinds;
}();

}  // namespace

std::span<const SamplerKind> AllSamplers() { return kKinds; }

std::string_view SamplerName(SamplerKind kind) {
  const auto found = std::ranges::find(kNames, kind, &decltype(kNames)::value_type::first);
  KOLORS_CHECK(found != kNames.end()) << "sampler kind " << static_cast<int>(kind);
  return found->second;
}

std::optional<SamplerKind> ParseSamplerName(std::string_view name) {
  const auto found = std::ranges::find(kNames, name, &decltype(kNames)::value_type::second);
  if (found == kNames.end()) return std::nullopt;
  return found->first;
}

}  // namespace kolors
