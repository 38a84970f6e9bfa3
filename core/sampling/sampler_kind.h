// The samplers by name, as proto, command line, YAML, metadata and logs spell them.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace kolors {

enum class SamplerKind {
  kEuler,
  kEulerAncestral,
  kDpmpp2m,
  kDpmpp2mKarras,
  kDpmpp2mSde,
  kDpmpp2mSdeKarras,
  kDdim,
  kUniPc,
  kDdimDiffsynth,
};

// All samplers, in the order above.
std::span<const SamplerKind> AllSamplers();

// "euler", "euler_ancestral", "dpmpp_2m", "dpmpp_2m_karras", "dpmpp_2m_sde", "dpmpp_2m_sde_karras",
// "ddim", "unipc", "ddim_diffsynth".
std::string_view SamplerName(SamplerKind kind);
std::optional<SamplerKind> ParseSamplerName(std::string_view name);

}  // namespace kolors
