#include "client/cli/generate/picture.h"

#include "absl/strings/str_cat.h"
#include "client/cli/files.h"
#include "core/base/status_macros.h"
#include "core/image/codec.h"
#include "core/image/metadata.h"

namespace kolors::cli {

namespace {

// Under this key the server writes the request, as protobuf JSON.
constexpr char kMetadataKey[] = "kolors";

std::span<const uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace

absl::StatusOr<Image> DecodePicture(std::string_view file) { return DecodeImage(Bytes(file)); }

absl::StatusOr<client::GenerateOptions> ReadPictureOptions(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string file, ReadFile(path));
  const auto metadata = ReadImageMetadata(Bytes(file));
  if (!metadata.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("Cannot read the image '", path, "': ", metadata.status().message()));
  }
  const auto request = metadata->find(kMetadataKey);
  if (request == metadata->end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", path, "' does not say how it was drawn: it is not from kolorsd, was drawn ",
                     "with --no-metadata, or another program dropped its metadata."));
  }
  return client::ParseGenerateOptions(request->second);
}

}  // namespace kolors::cli
