#include "core/io/torch_pickle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/io/test_files.h"

namespace kolors {
namespace {

using testing::HasSubstr;

const std::string kSixFloats = Raw(0.f) + Raw(1.f) + Raw(2.f) + Raw(3.f) + Raw(4.f) + Raw(5.f);

std::vector<float> Floats(const TensorEntry& entry) {
  std::vector<float> values(entry.data.size() / sizeof(float));
  std::memcpy(values.data(), entry.data.data(), entry.data.size());
  return values;
}

TEST(TorchPickleTest, ReadsATensorInPlace) {
  const std::string file = TorchFile(TensorPickle(0, {2, 3}, {3, 1}), kSixFloats);
  const auto contents = ParseTorchPickle(AsBytes(file));
  ASSERT_TRUE(contents.ok()) << contents.status();
  ASSERT_EQ(contents->tensors.size(), 1u);
  EXPECT_EQ(contents->tensors[0].name, "w");
  EXPECT_EQ(contents->tensors[0].shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(Floats(contents->tensors[0]), (std::vector<float>{0, 1, 2, 3, 4, 5}));
  EXPECT_TRUE(contents->copies.empty());
}

TEST(TorchPickleTest, CopiesATransposedTensorRowMajor) {
  const std::string file = TorchFile(TensorPickle(0, {3, 2}, {1, 3}), kSixFloats);
  const auto contents = ParseTorchPickle(AsBytes(file));
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(Floats(contents->tensors[0]), (std::vector<float>{0, 3, 1, 4, 2, 5}));
}

absl::Status Refusal(const std::string& file) { return ParseTorchPickle(AsBytes(file)).status(); }

TEST(TorchPickleTest, NeverReachesOutOfTheStorage) {
  EXPECT_THAT(std::string(Refusal(TorchFile(TensorPickle(1, {2, 3}, {3, 1}), kSixFloats)).message()),
              HasSubstr("reaches past its storage"));
  EXPECT_FALSE(Refusal(TorchFile(TensorPickle(0, {2, 3}, {1000000000, 1}), kSixFloats)).ok());
  EXPECT_FALSE(Refusal(TorchFile(TensorPickle(-1, {2, 3}, {3, 1}), kSixFloats)).ok());
  EXPECT_FALSE(Refusal(TorchFile(TensorPickle(0, {2, 3}, {3, 1}, 7), kSixFloats)).ok());
  EXPECT_FALSE(Refusal(TorchFile(TensorPickle(0, {-2, 3}, {3, 1}), kSixFloats)).ok());
}

TEST(TorchPickleTest, AnExpandedTensorMayNotOutgrowTheFile) {
  EXPECT_THAT(std::string(Refusal(TorchFile(TensorPickle(0, {100000, 100000}, {0, 0}), kSixFloats)).message()),
              HasSubstr("outgrows"));
}

TEST(TorchPickleTest, RunsNothing) {
  const TemporaryFolder folder;
  const auto marker = folder.path() / "was-run";
  for (const char* module : {"os", "posix", "subprocess", "builtins"}) {
    const std::string command = "touch " + marker.string();
    const std::string pickle = std::string("\x80\x02") + "c" + module + "\nsystem\n(X" +
                               Raw<uint32_t>(command.size()) + command + "tR.";
    const absl::Status status = Refusal(TorchFile(pickle, ""));
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr(std::string(module) + ".system"));
  }
  EXPECT_FALSE(std::filesystem::exists(marker));
}

TEST(TorchPickleTest, RefusesCompressedMembers) {
  // What a ZIP bomb is made of: a member that claims to be deflated.
  const std::string file = Zip({{"archive/data.pkl", "}.", 8}});
  EXPECT_THAT(std::string(Refusal(file).message()), HasSubstr("compressed"));
}

TEST(TorchPickleTest, RefusesDictsThatMultiply) {
  // Forty dicts, each twice the one before: 2^40 paths in a few hundred bytes.
  std::string pickle = "\x80\x02}q";
  pickle += '\0';
  for (char level = 1; level <= 40; ++level) {
    pickle += "}(X" + Raw<uint32_t>(1) + "ah" + static_cast<char>(level - 1) + "X" + Raw<uint32_t>(1) + "bh" +
              static_cast<char>(level - 1) + "uq" + level;
  }
  EXPECT_FALSE(Refusal(TorchFile(pickle + ".", "")).ok());
}

TEST(TorchPickleTest, EveryTruncationIsRefused) {
  const std::string pickle = TensorPickle(0, {2, 3}, {3, 1});
  for (size_t size = 0; size < pickle.size(); ++size) {
    EXPECT_FALSE(Refusal(TorchFile(pickle.substr(0, size), kSixFloats)).ok()) << size;
  }
  const std::string file = TorchFile(pickle, kSixFloats);
  for (size_t size = 0; size < file.size(); ++size) {
    const std::vector<char> cut(file.begin(), file.begin() + size);
    EXPECT_FALSE(ParseTorchPickle(std::as_bytes(std::span(cut))).ok()) << size;
  }
}

}  // namespace
}  // namespace kolors
