#include "server/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/server_builder.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"

namespace kolors {
namespace {

constexpr int kMaxRequestBytes = 1 << 20;
constexpr int kMaxStreamsPerConnection = 1000;
constexpr auto kGrpcGrace = std::chrono::seconds(2);  // for statuses to reach their clients

int EncodeThreads() { return std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 2, 8); }

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options, EngineFactory make_engine) {
  std::unique_ptr<Server> server(new Server(options, std::move(make_engine)));
  RETURN_IF_ERROR(server->Listen());
  server->loader_ = std::thread([server = server.get()] { server->LoadModel(server->make_engine_); });
  return server;
}

Server::Server(const ServerOptions& options, EngineFactory make_engine)
    : options_(options),
      encode_pool_("encode", EncodeThreads()),
      model_service_(serving_, metrics_),
      image_service_(serving_, metrics_, encode_pool_, options.log_prompts),
      make_engine_(std::move(make_engine)) {
  serving_.AddListener([this](ServingState state) { health_.SetState(state); });
}

Server::~Server() {
  Shutdown();
  if (loader_.joinable()) loader_.join();
  if (grpc_) Stop();
}

absl::Status Server::Listen() {
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  // Without it two servers share one port in silence.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreamsPerConnection);
  builder.SetMaxReceiveMessageSize(kMaxRequestBytes);
  builder.AddListeningPort(options_.listen, grpc::InsecureServerCredentials(), &port_);
  builder.RegisterService(&health_);
  builder.RegisterService(&model_service_);
  builder.RegisterService(&image_service_);
  grpc_ = builder.BuildAndStart();
  if (grpc_ == nullptr || port_ == 0) {
    return absl::UnavailableError(absl::StrCat("cannot listen on ", options_.listen,
                                               ": the address is taken or not this machine's; see --listen"));
  }
  if (options_.metrics_listen.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(http_, HttpServer::Start(options_.metrics_listen, metrics_, serving_));
  return absl::OkStatus();
}

void Server::LoadModel(const EngineFactory& make_engine) {
  spdlog::info("loading {} on {}; gRPC on port {}, metrics on port {}", options_.engine.model_dir,
               options_.engine.device, port_, metrics_port());
  const TimePoint start = Clock::Real()->Now();
  auto engine = make_engine(options_.engine);
  if (!engine.ok()) {
    std::lock_guard lock(mutex_);
    load_status_ = engine.status();
    changed_.notify_all();
    return;
  }
  (*engine)->SetTickListener([this](const TickReport& report) { metrics_.Tick(report); });
  spdlog::info("serving {} after {:.1f} s", (*engine)->Info().model.name, Seconds(Clock::Real()->Now() - start));
  serving_.StartServing(*std::move(engine));
}

void Server::Shutdown() {
  std::lock_guard lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

absl::Status Server::Wait() {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || !load_status_.ok(); });
  }
  Stop();
  if (loader_.joinable()) loader_.join();
  return load_status_;
}

void Server::Stop() {
  if (grpc_ == nullptr) return;
  serving_.StartDraining();
  if (const auto engine = serving_.engine_if_any()) {
    spdlog::info("draining: {} requests, at most {} s", engine->Stats().requests_waiting + engine->Stats().requests_running,
                 options_.drain_timeout_seconds);
    engine->Drain(Clock::Real()->Now() + FromSeconds(options_.drain_timeout_seconds));
  }
  health_.EndWatches();
  grpc_->Shutdown(std::chrono::system_clock::now() + kGrpcGrace);
  grpc_->Wait();
  grpc_.reset();
  spdlog::info("ended");
}

}  // namespace kolors
