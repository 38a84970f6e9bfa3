// Where initial latents come from, by name as in the proto.
#pragma once

namespace kolors {

enum class NoiseSource { kCpu, kDevice };

}  // namespace kolors
