#include "core/io/weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/io/test_files.h"

namespace kolors {
namespace {

using testing::HasSubstr;

constexpr std::string_view kStems[] = {"model", "pytorch_model"};

std::string OneTensor(const std::string& name) {
  return Safetensors("{\"" + name + R"(":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", "x");
}
std::string Index(const std::string& first, const std::string& second) {
  return R"({"metadata":{},"weight_map":{"a":")" + first + R"(","b":")" + second + "\"}}";
}
std::string Message(const absl::Status& status) { return std::string(status.message()); }

TEST(WeightSetTest, PrefersSafetensorsAndTellsFilesByContent) {
  const TemporaryFolder folder;
  folder.Write("pytorch_model.bin", TorchFile(TensorPickle(0, {2, 3}, {3, 1}), std::string(24, 'x')));
  auto set = WeightSet::Open(folder.path(), kStems);
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_NE(set->Find("w"), nullptr);
  folder.Write("model.safetensors", OneTensor("a"));
  set = WeightSet::Open(folder.path(), kStems);
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_NE(set->Find("a"), nullptr);
  EXPECT_EQ(set->Find("w"), nullptr);
}

TEST(WeightSetTest, JoinsShards) {
  const TemporaryFolder folder;
  folder.Write("model.safetensors.index.json", Index("1.safetensors", "2.safetensors"));
  folder.Write("1.safetensors", OneTensor("a"));
  EXPECT_THAT(Message(WeightSet::Open(folder.path(), kStems).status()), HasSubstr("2.safetensors is missing"));
  folder.Write("2.safetensors", OneTensor("b"));
  const auto set = WeightSet::Open(folder.path(), kStems);
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ(set->tensors().size(), 2u);
  folder.Write("2.safetensors", OneTensor("a"));
  EXPECT_THAT(Message(WeightSet::Open(folder.path(), kStems).status()), HasSubstr("another shard has too"));
}

TEST(WeightSetTest, AnIndexStaysInItsFolder) {
  const TemporaryFolder folder;
  folder.Write("model.safetensors.index.json", Index("../1.safetensors", "/etc/passwd"));
  EXPECT_THAT(Message(WeightSet::Open(folder.path(), kStems).status()), HasSubstr("name of a file beside it"));
}

TEST(WeightSetTest, SaysWhatItLookedFor) {
  const TemporaryFolder folder;
  const absl::Status status = WeightSet::Open(folder.path(), kStems).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(Message(status), HasSubstr("pytorch_model.bin.index.json"));
}

// 640 bytes of header begin with the two bytes that an old pickle begins with.
TEST(OpenWeightFileTest, AHeaderLengthIsNoPickle) {
  const TemporaryFolder folder;
  std::string header = R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})";
  header.resize(640, ' ');
  EXPECT_TRUE(OpenWeightFile(folder.Write("x.safetensors", Safetensors(header, "x"))).ok());
}

}  // namespace
}  // namespace kolors
