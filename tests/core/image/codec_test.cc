#include "core/image/codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <tuple>

#include "core/image/metadata.h"

namespace kolors {
namespace {

// Smooth, so that lossy codecs keep it.
Image Gradient(int width, int height) {
  Image image{.width = width, .height = height};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      image.pixels.push_back(static_cast<uint8_t>(255 * x / width));
      image.pixels.push_back(static_cast<uint8_t>(255 * y / height));
      image.pixels.push_back(128);
    }
  }
  return image;
}

std::span<const uint8_t> Bytes(const std::string& file) {
  return {reinterpret_cast<const uint8_t*>(file.data()), file.size()};
}

using Case = std::tuple<ImageFormat, std::pair<int, int>>;

class CodecTest : public testing::TestWithParam<Case> {
 protected:
  Image image_ = Gradient(std::get<1>(GetParam()).first, std::get<1>(GetParam()).second);
  EncodeOptions options_{.format = std::get<0>(GetParam()), .quality = 100,
                         .metadata = {{"kolors", "{\"prompt\": \"一只猫\"}"}, {"parameters", std::string(200000, 'x')}}};
};

TEST_P(CodecTest, GivesBackThePicture) {
  const auto file = EncodeImage(image_, options_);
  ASSERT_TRUE(file.ok()) << file.status();
  const auto info = ProbeImage(Bytes(*file));
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(info->format, options_.format);
  EXPECT_EQ(info->width, image_.width);
  EXPECT_EQ(info->height, image_.height);
  const auto decoded = DecodeImage(Bytes(*file));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  ASSERT_EQ(decoded->pixels.size(), image_.pixels.size());
  const int tolerance = options_.format == ImageFormat::kJpeg ? 6 : 0;  // WebP at 100 is lossless
  for (size_t i = 0; i < image_.pixels.size(); ++i) {
    ASSERT_LE(std::abs(decoded->pixels[i] - image_.pixels[i]), tolerance) << i;
  }
}

TEST_P(CodecTest, KeepsMetadata) {
  const auto file = EncodeImage(image_, options_);
  ASSERT_TRUE(file.ok()) << file.status();
  const auto metadata = ReadImageMetadata(Bytes(*file));
  ASSERT_TRUE(metadata.ok()) << metadata.status();
  EXPECT_EQ(*metadata, options_.metadata);
}

TEST_P(CodecTest, RefusesATruncatedHeadWithoutReadingPastIt) {
  options_.metadata = {{"kolors", "{}"}};
  const std::string file = *EncodeImage(image_, options_);
  for (size_t size = 0; size < std::min<size_t>(file.size(), 40); ++size) {
    // A copy of its own, so that a sanitizer sees reads past the end.
    const std::vector<uint8_t> cut(file.begin(), file.begin() + size);
    EXPECT_FALSE(DecodeImage(cut).ok()) << size;
    EXPECT_FALSE(ReadImageMetadata(cut).ok()) << size;
  }
  for (size_t size = 40; size < file.size(); size += 7) {
    const std::vector<uint8_t> cut(file.begin(), file.begin() + size);
    (void)DecodeImage(cut);  // a picture or a status, never a crash
    (void)ReadImageMetadata(cut);
  }
}

INSTANTIATE_TEST_SUITE_P(All, CodecTest,
                         testing::Combine(testing::Values(ImageFormat::kPng, ImageFormat::kJpeg, ImageFormat::kWebp),
                                          testing::Values(std::pair(1, 1), std::pair(72, 104), std::pair(37, 13))));

TEST(CodecErrorTest, RefusesWhatIsNoImage) {
  for (const std::string file : {"", "GIF89a", "nonsense that is long enough"}) {
    EXPECT_EQ(DecodeImage(Bytes(file)).status().code(), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_FALSE(EncodeImage(Image{.width = 2, .height = 2, .pixels = {1, 2, 3}}, {}).ok());
}

}  // namespace
}  // namespace kolors
