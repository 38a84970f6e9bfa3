#include "core/io/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/io/test_files.h"

namespace kolors {
namespace {

using testing::HasSubstr;

constexpr char kGood[] = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"__metadata__":{"k":"v"}})";

TEST(SafetensorsTest, ReadsTensorsAndMetadata) {
  const std::string file = Safetensors(kGood, "12345678");
  const auto contents = ParseSafetensors(AsBytes(file));
  ASSERT_TRUE(contents.ok()) << contents.status();
  ASSERT_EQ(contents->tensors.size(), 1u);
  EXPECT_EQ(contents->tensors[0].name, "a");
  EXPECT_EQ(contents->tensors[0].shape, std::vector<int64_t>{2});
  EXPECT_EQ(static_cast<const void*>(contents->tensors[0].data.data()), file.data() + file.size() - 8);
  EXPECT_EQ(contents->metadata.at("k"), "v");
}

TEST(SafetensorsTest, WritesWhatItReads) {
  const TemporaryFolder folder;
  const std::string data = "12345678";
  const TensorEntry entry{.name = "重量", .dtype = DType::kF32, .shape = {1, 2}, .data = AsBytes(data)};
  ASSERT_TRUE(WriteSafetensors(folder.path() / "x.safetensors", {&entry, 1}, {{"k", "v"}}).ok());
  const auto file = OpenWeightFile(folder.path() / "x.safetensors");
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_EQ((*file)->tensors().size(), 1u);
  EXPECT_EQ((*file)->tensors()[0].name, "重量");
  EXPECT_EQ(std::memcmp((*file)->tensors()[0].data.data(), data.data(), 8), 0);
}

struct Bad {
  const char* what;
  std::string file;
  const char* message;
};

class BadSafetensorsTest : public testing::TestWithParam<Bad> {};

TEST_P(BadSafetensorsTest, IsRefusedWithAReason) {
  const auto contents = ParseSafetensors(AsBytes(GetParam().file));
  ASSERT_EQ(contents.status().code(), absl::StatusCode::kInvalidArgument) << GetParam().what;
  EXPECT_THAT(std::string(contents.status().message()), HasSubstr(GetParam().message));
}

std::string Two(const char* a, const char* b, const std::string& data) {
  return Safetensors(std::string(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":)") + a +
                         R"(},"b":{"dtype":"F32","shape":[1],"data_offsets":)" + b + "}}",
                     data);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadSafetensorsTest,
    testing::Values(Bad{"empty", "", ""}, Bad{"short", "1234567", ""},
                    Bad{"a header that ends after the file", Raw<uint64_t>(1000) + "{}", ""},
                    Bad{"a header of exabytes", Raw<uint64_t>(~0ull) + "{}", ""},
                    Bad{"no JSON", Safetensors("{oops}", ""), ""},
                    Bad{"truncated data", Safetensors(kGood, "1234567"), "\"a\""},
                    Bad{"bytes after the last tensor", Safetensors(kGood, "123456789"), "after its last tensor"},
                    Bad{"overlap", Two("[0,4]", "[2,6]", "123456"), "overlaps"},
                    Bad{"a hole", Two("[0,4]", "[6,10]", "1234567890"), "hole"},
                    Bad{"an end before its begin", Two("[4,0]", "[4,8]", "12345678"), ""},
                    Bad{"a negative offset", Two("[-4,0]", "[0,4]", "1234"), ""},
                    Bad{"duplicate keys",
                        Safetensors(R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8",)"
                                    R"("shape":[0],"data_offsets":[0,0]}})", ""), "a"},
                    Bad{"a size that does not fit its shape",
                        Safetensors(R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", "12345678"), "takes 12"},
                    Bad{"a shape that overflows",
                        Safetensors(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}})",
                                    "12345678"), "\"a\""},
                    Bad{"a dtype that nobody knows",
                        Safetensors(R"({"a":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}})", "12345678"), "F33"}));

}  // namespace
}  // namespace kolors
