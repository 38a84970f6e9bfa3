// One RPC from its first to its last moment: metrics and one line in the log.
#pragma once

#include <grpcpp/server_context.h>

#include <string>

#include "absl/status/status.h"
#include "core/base/clock.h"
#include "server/metrics/metrics.h"

namespace kolors {

class CallScope {
 public:
  enum class Type { kUnary, kServerStream };

  // service: "kolors.v1.ImageService". metrics must outlive the call.
  CallScope(Metrics& metrics, std::string service, std::string method, Type type, std::string peer);

  // Once. fields: more for the log line, as LogField makes them.
  void Finish(const absl::Status& status, const std::string& fields = "");

  TimePoint start() const { return start_; }

 private:
  const char* type_name() const { return type_ == Type::kUnary ? "unary" : "server_stream"; }

  Metrics& metrics_;
  const std::string service_, method_;
  const Type type_;
  const std::string peer_;
  const TimePoint start_ = Clock::Real()->Now();
};

}  // namespace kolors
