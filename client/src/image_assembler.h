// Puts image files together from their chunks.
#pragma once

#include <kolors/v1/image_service.pb.h>

#include <map>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "kolors/images.h"

namespace kolors::client {

class ImageAssembler {
 public:
  // The image, if this chunk was its last one. INTERNAL if the chunk does not continue its file.
  // The reference lives as long as the assembler, until Take.
  absl::StatusOr<const GeneratedImage*> Add(v1::ImageChunk chunk);

  // All images by index. INTERNAL if one is unfinished.
  absl::StatusOr<std::vector<GeneratedImage>> Take();

 private:
  struct Part {
    GeneratedImage image;
    bool complete = false;
  };
  std::map<int, Part> parts_;
};

}  // namespace kolors::client
