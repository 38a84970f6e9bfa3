// grpc.health.v1 in plain C++.
#pragma once

#include <string_view>

namespace kolors::client {

enum class ServingStatus {
  kUnknown,
  kServing,
  kNotServing,      // loading, draining or without its device
  kServiceUnknown,  // from WatchHealth only: no such service, yet
};

// "SERVING", as the protocol spells it.
std::string_view ServingStatusName(ServingStatus status);

}  // namespace kolors::client
