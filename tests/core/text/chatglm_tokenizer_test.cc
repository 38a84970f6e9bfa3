#include "core/text/chatglm_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace kolors {
namespace {

using testing::HasSubstr;

std::unique_ptr<ChatGlmTokenizer> KolorsTokenizer() {
  auto tokenizer = ChatGlmTokenizer::Load("tests/golden/tokenizer.model");
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.status();
  return *std::move(tokenizer);
}

TEST(ChatGlmTokenizerTest, GivesTheIdsThatDiffusersGives) {
  auto tokenizer = KolorsTokenizer();
  std::ifstream lines("tests/golden/token_ids.jsonl");
  int texts = 0;
  for (std::string line; std::getline(lines, line); ++texts) {
    const auto golden = nlohmann::json::parse(line);
    const std::string text = golden["text"];
    const PromptTokens tokens = tokenizer->Encode(text, 256);
    EXPECT_EQ(tokens.input_ids, golden["input_ids_256"].get<std::vector<int64_t>>()) << text;
    EXPECT_EQ(tokens.position_ids, golden["position_ids_256"].get<std::vector<int64_t>>()) << text;
    EXPECT_EQ(tokens.num_tokens, golden["pieces"].size() + 2) << text;
  }
  EXPECT_EQ(texts, 21);
}

TEST(ChatGlmTokenizerTest, MasksThePaddingOnTheLeft) {
  const PromptTokens tokens = KolorsTokenizer()->Encode("a", 6);
  EXPECT_EQ(tokens.attention_mask, (std::vector<int64_t>{0, 0, 0, 1, 1, 1}));
  EXPECT_FALSE(tokens.truncated);
}

TEST(ChatGlmTokenizerTest, CutsTheEndAndSaysSo) {
  const PromptTokens tokens = KolorsTokenizer()->Encode("one two three four five six", 4);
  EXPECT_EQ(tokens.attention_mask, (std::vector<int64_t>{1, 1, 1, 1}));
  EXPECT_EQ(tokens.num_tokens, 8);
  EXPECT_TRUE(tokens.truncated);
}

TEST(ChatGlmTokenizerTest, TakesBytesThatAreNotText) {
  const PromptTokens tokens = KolorsTokenizer()->Encode(std::string("\xff\xfe\0 \xe4\xbd", 6), 256);
  EXPECT_EQ(tokens.input_ids.size(), 256);
}

TEST(ChatGlmTokenizerTest, NamesTheFileThatIsMissingOrWrong) {
  auto missing = ChatGlmTokenizer::Load("/nowhere/tokenizer.model");
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kNotFound);
  auto wrong = ChatGlmTokenizer::Load("tests/golden/README.md");
  EXPECT_EQ(wrong.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(wrong.status().message()), HasSubstr("tests/golden/README.md"));
}

}  // namespace
}  // namespace kolors
