#include "core/engine/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "core/base/error_details.h"

namespace kolors {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

GenerateSpec Good() { return {.prompt = "一只猫", .width = 1024, .height = 512}; }

std::vector<std::string> WrongFields(const GenerateSpec& spec) {
  const absl::Status status = ValidateGenerateSpec(spec, EngineLimits{});
  if (status.ok()) return {};
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  std::vector<std::string> fields;
  for (const FieldViolation& violation : GetErrorDetails(status).field_violations) fields.push_back(violation.field);
  return fields;
}

TEST(ValidateGenerateSpecTest, TakesWhatTheContractAllows) {
  EXPECT_THAT(WrongFields(Good()), IsEmpty());
  GenerateSpec spec = Good();
  spec.prompt = "";
  spec.negative_prompt = "";
  spec.width = 64;
  spec.height = 2048;
  spec.num_inference_steps = 1000;
  spec.guidance_scale = 0;
  spec.num_images = 16;
  EXPECT_THAT(WrongFields(spec), IsEmpty());
}

TEST(ValidateGenerateSpecTest, NamesEveryWrongFieldAtOnce) {
  GenerateSpec spec = Good();
  spec.prompt = std::string("a\0b", 3);
  spec.width = std::numeric_limits<int>::max();
  spec.height = -8;
  spec.num_inference_steps = 0;
  spec.guidance_scale = std::numeric_limits<float>::quiet_NaN();
  spec.num_images = 17;
  EXPECT_THAT(WrongFields(spec), ElementsAre("prompt", "width", "height", "num_inference_steps", "guidance_scale",
                                             "num_images"));
}

TEST(ValidateGenerateSpecTest, LooksAtTextsAsBytes) {
  GenerateSpec spec = Good();
  spec.prompt = "\xff";
  spec.negative_prompt = std::string(EngineLimits{}.max_prompt_bytes + 1, 'a');
  EXPECT_THAT(WrongFields(spec), ElementsAre("prompt", "negative_prompt"));
}

TEST(ValidateGenerateSpecTest, NamesAdaptersByPlace) {
  GenerateSpec spec = Good();
  spec.adapters = {{.adapter = "a"}, {.adapter = "a", .scale = 11}, {.adapter = ""}};
  EXPECT_THAT(WrongFields(spec), ElementsAre("adapters[1].adapter", "adapters[1].scale", "adapters[2].adapter"));
}

}  // namespace
}  // namespace kolors
