// Is this a request that can be served at all? One place for every range in the contract.
#pragma once

#include "absl/status/status.h"
#include "core/engine/engine.h"

namespace kolors {

// spec: sizes of 0 stand for the model's default and pass. Pure, thread-safe, never allocates in
// proportion to what the numbers say.
//
// INVALID_ARGUMENT carries one FieldViolation for every wrong field, by its path in the proto.
absl::Status ValidateGenerateSpec(const GenerateSpec& spec, const EngineLimits& limits);

}  // namespace kolors
