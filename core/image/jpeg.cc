// libjpeg-turbo's TurboJPEG API, which reports errors without longjmp; segments of text are put in and
// taken out by hand.
#include <turbojpeg.h>

#include <algorithm>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/image/formats.h"

namespace kolors {
namespace {

constexpr uint8_t kStartOfImage = 0xd8, kStartOfScan = 0xda, kComment = 0xfe;
constexpr size_t kMaxSegment = 65533;  // bytes behind the length field

using Handle = std::unique_ptr<void, int (*)(tjhandle)>;

std::string CommentSegments(const std::string& keyword, const std::string& text) {
  const size_t room = kMaxSegment - keyword.size() - 1;
  std::string segments;
  for (size_t at = 0; at == 0 || at < text.size(); at += room) {
    const std::string body = keyword + '\0' + text.substr(at, room);
    const size_t length = body.size() + 2;
    segments += {'\xff', static_cast<char>(kComment), static_cast<char>(length >> 8), static_cast<char>(length)};
    segments += body;
  }
  return segments;
}

absl::StatusOr<ImageInfo> ReadHeader(tjhandle handle, std::span<const uint8_t> file) {
  ImageInfo info{.format = ImageFormat::kJpeg};
  int subsampling = 0, colors = 0;
  if (tjDecompressHeader3(handle, file.data(), file.size(), &info.width, &info.height, &subsampling, &colors) != 0) {
    return absl::InvalidArgumentError(absl::StrCat("a damaged JPEG: ", tjGetErrorStr2(handle)));
  }
  return info;
}

}  // namespace

bool LooksLikeJpeg(std::span<const uint8_t> file) {
  return file.size() >= 3 && file[0] == 0xff && file[1] == kStartOfImage && file[2] == 0xff;
}

absl::StatusOr<std::string> EncodeJpeg(const Image& image, int quality, const ImageMetadata& metadata) {
  const Handle handle(tjInitCompress(), tjDestroy);
  // Full colour resolution where someone asked for quality.
  const int subsampling = quality >= 90 ? TJSAMP_444 : TJSAMP_420;
  unsigned long size = tjBufSize(image.width, image.height, subsampling);
  std::string file(size, '\0');
  auto* data = reinterpret_cast<unsigned char*>(file.data());
  if (tjCompress2(handle.get(), image.pixels.data(), image.width, 0, image.height, TJPF_RGB, &data, &size, subsampling,
                  quality, TJFLAG_NOREALLOC) != 0) {
    return absl::InternalError(absl::StrCat("cannot write a JPEG: ", tjGetErrorStr2(handle.get())));
  }
  file.resize(size);
  std::string texts;
  for (const auto& [keyword, text] : metadata) texts += CommentSegments(keyword, text);
  file.insert(2, texts);
  return file;
}

absl::StatusOr<ImageInfo> ProbeJpeg(std::span<const uint8_t> file) {
  const Handle handle(tjInitDecompress(), tjDestroy);
  return ReadHeader(handle.get(), file);
}

absl::StatusOr<Image> DecodeJpeg(std::span<const uint8_t> file) {
  const Handle handle(tjInitDecompress(), tjDestroy);
  ASSIGN_OR_RETURN(const ImageInfo info, ReadHeader(handle.get(), file));
  RETURN_IF_ERROR(CheckPixels(info.width, info.height));
  Image image{.width = info.width, .height = info.height};
  image.pixels.resize(size_t{3} * info.width * info.height);
  if (tjDecompress2(handle.get(), file.data(), file.size(), image.pixels.data(), info.width, 0, info.height, TJPF_RGB,
                    0) != 0) {
    return absl::InvalidArgumentError(absl::StrCat("a damaged JPEG: ", tjGetErrorStr2(handle.get())));
  }
  return image;
}

absl::StatusOr<ImageMetadata> ReadJpegMetadata(std::span<const uint8_t> file) {
  ImageMetadata metadata;
  size_t at = 2;
  while (file.size() - at >= 4 && file[at] == 0xff && file[at + 1] != kStartOfScan) {
    const size_t length = size_t{file[at + 2]} << 8 | file[at + 3];
    if (length < 2 || length > file.size() - at - 2) break;
    if (file[at + 1] == kComment) {
      const std::string_view body(reinterpret_cast<const char*>(file.data()) + at + 4, length - 2);
      const size_t keyword = body.find('\0');
      if (keyword != std::string_view::npos) metadata[std::string(body.substr(0, keyword))] += body.substr(keyword + 1);
    }
    at += 2 + length;
  }
  if (file.size() - at < 4 || file[at + 1] != kStartOfScan) {
    return absl::InvalidArgumentError("a damaged JPEG: it ends before its picture");
  }
  return metadata;
}

}  // namespace kolors
