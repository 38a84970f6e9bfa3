// google.protobuf.Duration as ours.
#pragma once

#include <google/protobuf/duration.pb.h>

#include "core/base/clock.h"

namespace kolors::client {

inline Duration FromProto(const google::protobuf::Duration& duration) {
  return std::chrono::seconds(duration.seconds()) + std::chrono::nanoseconds(duration.nanos());
}

}  // namespace kolors::client
