#include "core/io/model_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/io/test_files.h"

namespace kolors {
namespace {

using testing::AllOf;
using testing::HasSubstr;

void WriteCommonParts(const TemporaryFolder& folder) {
  for (const char* part : {"text_encoder/config.json", "unet/config.json", "vae/config.json",
                           "scheduler/scheduler_config.json"}) {
    folder.Write(part, "{}");
  }
}

TEST(ModelFolderTest, KnowsBothLayouts) {
  const TemporaryFolder diffusers, kolors;
  WriteCommonParts(diffusers);
  diffusers.Write("tokenizer/tokenizer.model", "");
  auto found = OpenModelFolder(diffusers.path(), "");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->layout, ModelLayout::kDiffusers);

  WriteCommonParts(kolors);
  kolors.Write("text_encoder/tokenizer.model", "");
  kolors.Write("text_encoder/pytorch_model.bin.index.json", "{}");
  found = OpenModelFolder(kolors.path(), "");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->layout, ModelLayout::kKolors);
  EXPECT_EQ(found->tokenizer_model, kolors.path() / "text_encoder" / "tokenizer.model");
}

TEST(ModelFolderTest, AnotherVaeReplacesTheModels) {
  const TemporaryFolder model, vae;
  WriteCommonParts(model);
  model.Write("tokenizer/tokenizer.model", "");
  vae.Write("config.json", "{}");
  const auto found = OpenModelFolder(model.path(), vae.path());
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->vae, vae.path());
}

TEST(ModelFolderTest, NamesAllThatIsMissingAtOnce) {
  const TemporaryFolder folder;
  folder.Write("unet/config.json", "{}");
  const absl::Status status = OpenModelFolder(folder.path(), "").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("text_encoder/config.json"), HasSubstr("vae/config.json"),
                    HasSubstr("scheduler_config.json"), HasSubstr("tokenizer.model")));
  EXPECT_EQ(OpenModelFolder(folder.path() / "nowhere", "").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace kolors
