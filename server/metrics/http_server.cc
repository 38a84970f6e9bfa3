#include "server/metrics/http_server.h"

#include <httplib.h>

#include <atomic>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"

namespace kolors {
namespace {

constexpr char kPlain[] = "text/plain; charset=utf-8";
constexpr int kThreads = 2;

struct Address {
  std::string host;
  int port = 0;
};

absl::StatusOr<Address> ParseAddress(const std::string& text) {
  const size_t colon = text.rfind(':');
  Address address;
  if (colon == std::string::npos || !absl::SimpleAtoi(text.substr(colon + 1), &address.port) || address.port < 0 ||
      address.port > 65535) {
    return absl::InvalidArgumentError(absl::StrCat("metrics-listen must be HOST:PORT, is '", text, "'"));
  }
  address.host = text.substr(0, colon);
  if (address.host.starts_with('[') && address.host.ends_with(']')) {
    address.host = address.host.substr(1, address.host.size() - 2);
  }
  return address;
}

class RunningHttpServer : public HttpServer {
 public:
  RunningHttpServer(Metrics& metrics, const Serving& serving) {
    server_.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    server_.Get("/metrics", [&](const httplib::Request&, httplib::Response& response) {
      response.set_content(metrics.Text(serving.state(), serving.engine_if_any().get()),
                           "text/plain; version=0.0.4; charset=utf-8");
    });
    server_.Get("/healthz", [&](const httplib::Request&, httplib::Response& response) {
      const auto engine = serving.engine_if_any();
      const bool healthy = engine == nullptr || engine->Stats().healthy;
      response.status = healthy ? 200 : 503;
      response.set_content(healthy ? "ok\n" : "the device is lost\n", kPlain);
    });
    server_.Get("/readyz", [&](const httplib::Request&, httplib::Response& response) {
      const absl::Status status = serving.engine().status();
      response.status = status.ok() ? 200 : 503;
      response.set_content(status.ok() ? "ready\n" : absl::StrCat(status.message(), "\n"), kPlain);
    });
  }
  ~RunningHttpServer() override {
    server_.stop();
    if (thread_.joinable()) thread_.join();
  }

  bool Listen(const Address& address) {
    // The default would let two servers share one port in silence.
    server_.set_socket_options([](socket_t socket) {
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    });
    if (address.port == 0) {
      port_ = server_.bind_to_any_port(address.host.c_str());
    } else if (server_.bind_to_port(address.host.c_str(), address.port)) {
      port_ = address.port;
    }
    if (port_ <= 0) return false;
    thread_ = std::thread([this] {
      server_.listen_after_bind();
      ended_ = true;
    });
    // httplib forgets a stop() that comes before its loop has begun.
    while (!server_.is_running() && !ended_) std::this_thread::yield();
    return true;
  }

  int port() const override { return port_; }

 private:
  httplib::Server server_;
  int port_ = 0;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& address, Metrics& metrics,
                                                              const Serving& serving) {
  ASSIGN_OR_RETURN(const Address parsed, ParseAddress(address));
  auto server = std::make_unique<RunningHttpServer>(metrics, serving);
  if (!server->Listen(parsed)) {
    return absl::UnavailableError(absl::StrCat("cannot serve metrics on ", address,
                                               ": the address is taken or not this machine's; see --metrics-listen"));
  }
  return server;
}

}  // namespace kolors
