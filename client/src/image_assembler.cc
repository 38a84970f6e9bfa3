#include "client/src/image_assembler.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace kolors::client {

absl::StatusOr<const GeneratedImage*> ImageAssembler::Add(v1::ImageChunk chunk) {
  Part& part = parts_[chunk.image_index()];
  if (part.complete || chunk.offset() != static_cast<int64_t>(part.image.data.size())) {
    return absl::InternalError(absl::StrCat(
        "The server sent image ", chunk.image_index(), " out of order: bytes at ", chunk.offset(),
        " after ", part.image.data.size(), part.complete ? ", its end." : "."));
  }
  part.image.image_index = chunk.image_index();
  part.image.seed = chunk.seed();
  if (part.image.data.empty()) {
    part.image.data = std::move(*chunk.mutable_data());
  } else {
    part.image.data += chunk.data();
  }
  part.complete = chunk.last();
  return part.complete ? &part.image : nullptr;
}

absl::StatusOr<std::vector<GeneratedImage>> ImageAssembler::Take() {
  std::vector<GeneratedImage> images;
  for (auto& [index, part] : parts_) {
    if (!part.complete) {
      return absl::InternalError(
          absl::StrCat("The server finished without the end of image ", index, "."));
    }
    images.push_back(std::move(part.image));
  }
  parts_.clear();
  return images;
}

}  // namespace kolors::client
