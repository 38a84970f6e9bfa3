#include <set>
#include <string>

#include "core/sampling/sampler_kind.h"
#include "gtest/gtest.h"

namespace kolors {
namespace {

TEST(SamplerNamesTest, EveryNameLeadsBackToItsSampler) {
  std::set<std::string> names;
  for (const SamplerKind kind : AllSamplers()) {
    const std::string name(SamplerName(kind));
    EXPECT_EQ(ParseSamplerName(name), kind) << name;
    EXPECT_TRUE(names.insert(name).second) << name << " twice";
  }
  EXPECT_EQ(names,
            (std::set<std::string>{"euler", "euler_ancestral", "dpmpp_2m", "dpmpp_2m_karras",
                                   "dpmpp_2m_sde", "dpmpp_2m_sde_karras", "ddim", "unipc",
                                   "ddim_diffsynth"}));
}

TEST(SamplerNamesTest, UnknownNamesAreNothing) {
  for (const char* name : {"", "Euler", "euler ", "eule", "dpmpp_3m", "0"}) {
    EXPECT_EQ(ParseSamplerName(name), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace kolors
