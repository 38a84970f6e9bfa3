#include "server/rpc/call_scope.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "server/log.h"
#include "server/rpc/status.h"

namespace kolors {

CallScope::CallScope(Metrics& metrics, std::string service, std::string method, Type type, std::string peer)
    : metrics_(metrics),
      service_(std::move(service)),
      method_(std::move(method)),
      type_(type),
      peer_(std::move(peer)) {
  metrics_.CallStarted(service_, method_, type_name());
}

void CallScope::Finish(const absl::Status& status, const std::string& fields) {
  const double seconds = Seconds(Clock::Real()->Now() - start_);
  const char* code = StatusCodeName(static_cast<grpc::StatusCode>(status.code()));
  metrics_.CallFinished(service_, method_, type_name(), code, seconds);
  // Probes and polls would drown the rest.
  const auto level = type_ == Type::kUnary && status.ok() ? spdlog::level::debug : spdlog::level::info;
  spdlog::log(level, "{} code={} seconds={:.3f} {}{}{}{}", method_, code, seconds, LogField("peer", peer_),
              fields.empty() ? "" : " ", fields,
              status.ok() ? "" : " " + LogField("error", std::string(status.message())));
}

}  // namespace kolors
