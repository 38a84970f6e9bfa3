// Image files and previews as the generate command needs them.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/image/image.h"
#include "kolors/images.h"

namespace kolors::cli {

// PNG, JPEG or WebP, as three channels.
absl::StatusOr<Image> DecodePicture(std::string_view file);

// The request that drew the image in this file. INVALID_ARGUMENT if the file does not say.
absl::StatusOr<client::GenerateOptions> ReadPictureOptions(const std::string& path);

}  // namespace kolors::cli
