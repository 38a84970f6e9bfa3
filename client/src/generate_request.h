// GenerateOptions as the contract's message, both ways.
#pragma once

#include <kolors/v1/image_service.pb.h>

#include "absl/status/statusor.h"
#include "kolors/images.h"

namespace kolors::client {

// INVALID_ARGUMENT for what cannot be sent: text that is not UTF-8, a sampler nobody knows. Ranges
// are the server's to judge.
absl::StatusOr<v1::GenerateImagesRequest> ToProto(const GenerateOptions& options);

GenerateOptions FromProto(const v1::GenerateImagesRequest& request);

}  // namespace kolors::client
