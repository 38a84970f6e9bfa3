// kolors.v1 messages to what the engine takes, and the texts that go into image files.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "core/engine/engine.h"
#include "core/image/codec.h"
#include "kolors/v1/image_service.pb.h"

namespace kolors {

struct ConvertedRequest {
  GenerateSpec spec;     // width, height and sampler filled in
  EncodeOptions output;  // without metadata
  bool embed_metadata = true;
};

// Fills in the contract's defaults; a seed that is absent is drawn at random.
// INVALID_ARGUMENT: an enum value or an output option that does not exist. Ranges of everything else are
// the engine's to check.
absl::StatusOr<ConvertedRequest> ConvertRequest(const v1::GenerateImagesRequest& request, const ModelInfo& model);

// The request that draws image `image_index` alone, as protobuf JSON ("kolors"), and the same as people
// exchange it ("parameters").
ImageMetadata MakeImageMetadata(const v1::GenerateImagesRequest& request, const ConvertedRequest& converted,
                                int image_index, const ModelInfo& model);

}  // namespace kolors
