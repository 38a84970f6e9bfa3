#include "server/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <vector>

namespace kolors {
namespace {

using testing::HasSubstr;

absl::StatusOr<CommandLine> Parse(const std::vector<std::string>& arguments) { return ParseCommandLine(arguments); }
std::string Message(const absl::StatusOr<CommandLine>& line) { return std::string(line.status().message()); }

std::string WriteYaml(const std::string& text) {
  const std::string path = testing::TempDir() + "/kolorsd-options-test.yaml";
  std::ofstream(path) << text;
  return path;
}

TEST(OptionsTest, AFlagWinsOverTheEnvironmentOverTheFileOverTheDefault) {
  const std::string config = WriteYaml("model: /file\ndevice: cuda:1\nlog_level: error\n");
  setenv("KOLORS_DEVICE", "cuda:2", 1);
  setenv("KOLORS_LOG_LEVEL", "debug", 1);
  const auto line = Parse({"--log-level=warning", "--config", config});
  unsetenv("KOLORS_DEVICE");
  unsetenv("KOLORS_LOG_LEVEL");
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(line->options.engine.model_dir, "/file");
  EXPECT_EQ(line->options.engine.device, "cuda:2");
  EXPECT_EQ(line->options.log_level, "warning");
  EXPECT_EQ(line->options.listen, "127.0.0.1:50051");
}

TEST(OptionsTest, UnknownNamesComeWithASuggestion) {
  EXPECT_THAT(Message(Parse({"--modle", "x"})), HasSubstr("did you mean '--model'"));
  EXPECT_THAT(Message(Parse({"--config", WriteYaml("devise: cpu")})), HasSubstr("did you mean 'device'"));
}

TEST(OptionsTest, ImpossibleValuesAreExplained) {
  EXPECT_THAT(Message(Parse({"--model", "x", "--max-queued-requests", "0"})), HasSubstr("from 1 to"));
  EXPECT_THAT(Message(Parse({"--model", "x", "--precision", "fp64"})), HasSubstr("fp16"));
  EXPECT_THAT(Message(Parse({"--model"})), HasSubstr("needs a value"));
  EXPECT_THAT(Message(Parse({})), HasSubstr("--model DIR is missing"));
  EXPECT_THAT(Message(Parse({"stray"})), HasSubstr("is no option"));
  EXPECT_EQ(Parse({"--config", "/nowhere.yaml"}).status().code(), absl::StatusCode::kNotFound);
}

TEST(OptionsTest, WhatIsPrintedCanBeReadBack) {
  const auto line = Parse({"--model", "m", "--warmup-sizes", "64x72,512x512", "--precision", "bf16"});
  ASSERT_TRUE(line.ok()) << line.status();
  const auto again = Parse({"--config", WriteYaml(ConfigText(line->options))});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(ConfigText(again->options), ConfigText(line->options));
  EXPECT_EQ(again->options.engine.warmup_sizes.size(), 2u);
}

}  // namespace
}  // namespace kolors
