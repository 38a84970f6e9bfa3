// The server in this process, over a real socket, with an engine that tests play themselves.
#include "server/server.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "core/base/error_details.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "kolors/v1/image_service.grpc.pb.h"
#include "tests/server/fake_engine.h"

namespace kolors {
namespace {

using grpc::health::v1::HealthCheckResponse;

template <typename Detail>
Detail GetDetail(const grpc::Status& status) {
  google::rpc::Status rich;
  rich.ParseFromString(status.error_details());
  Detail detail;
  for (const auto& any : rich.details()) {
    if (any.UnpackTo(&detail)) return detail;
  }
  ADD_FAILURE() << "no " << Detail::descriptor()->name() << " in " << status.error_message();
  return detail;
}

class ServerTest : public testing::Test {
 protected:
  void SetUp() override {
    ServerOptions options{.listen = "127.0.0.1:0", .metrics_listen = "127.0.0.1:0"};
    auto server = Server::Start(options, [this](const EngineOptions&) -> absl::StatusOr<std::unique_ptr<Engine>> {
      loaded_.get_future().wait();
      auto engine = std::make_unique<FakeEngine>();
      engine_ = engine.get();
      return engine;
    });
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    channel_ = grpc::CreateChannel("127.0.0.1:" + std::to_string(server_->port()), grpc::InsecureChannelCredentials());
    images_ = v1::ImageService::NewStub(channel_);
    health_ = grpc::health::v1::Health::NewStub(channel_);
    watch_ = health_->Watch(&watch_context_, {});
    EXPECT_EQ(NextHealth(), HealthCheckResponse::NOT_SERVING);
  }
  void TearDown() override {
    if (engine_ == nullptr) Load();
    server_->Shutdown();
    EXPECT_TRUE(server_->Wait().ok());
  }

  void Load() {
    loaded_.set_value();
    EXPECT_EQ(NextHealth(), HealthCheckResponse::SERVING);
  }
  HealthCheckResponse::ServingStatus NextHealth() {
    HealthCheckResponse response;
    EXPECT_TRUE(watch_->Read(&response));
    return response.status();
  }
  grpc::Status Call(const v1::GenerateImagesRequest& request, std::vector<v1::GenerateImagesResponse>* events = nullptr) {
    grpc::ClientContext context;
    auto reader = images_->GenerateImages(&context, request);
    for (v1::GenerateImagesResponse event; reader->Read(&event);) {
      if (events != nullptr) events->push_back(event);
    }
    return reader->Finish();
  }

  std::promise<void> loaded_;
  FakeEngine* engine_ = nullptr;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::ImageService::Stub> images_;
  std::unique_ptr<grpc::health::v1::Health::Stub> health_;
  grpc::ClientContext watch_context_;
  std::unique_ptr<grpc::ClientReader<HealthCheckResponse>> watch_;
};

TEST_F(ServerTest, SaysThatItIsLoading) {
  const grpc::Status status = Call({});
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(GetDetail<google::rpc::ErrorInfo>(status).reason(), "MODEL_LOADING");
  EXPECT_GT(GetDetail<google::rpc::RetryInfo>(status).retry_delay().seconds(), 0);
}

TEST_F(ServerTest, StreamsAnImageInChunksAfterEverythingElse) {
  Load();
  v1::GenerateImagesRequest request;
  request.set_prompt("cat");
  request.set_seed(41);
  request.set_num_images(2);
  std::vector<v1::GenerateImagesResponse> events;
  auto done = std::async(std::launch::async, [&] { return Call(request, &events); });
  auto [spec, stop, observer] = engine_->Take();
  EXPECT_EQ(spec.width, 64);
  EXPECT_EQ(spec.num_inference_steps, 50);
  observer->OnQueued({.position = 3});
  observer->OnStarted({.prompt_tokens = 5});
  observer->OnProgress({.step = 1, .total_steps = 2});
  // Noise does not compress: several chunks.
  Image image{.width = 1024, .height = 1024};
  for (uint32_t i = 0, x = 1; i < 3u * 1024 * 1024; ++i, x = x * 1664525 + 1013904223) image.pixels.push_back(x >> 24);
  observer->OnImage(0, 41, image);
  observer->OnImage(1, 42, image);
  observer->OnFinished(absl::OkStatus(), {});
  ASSERT_TRUE(done.get().ok());
  int64_t bytes[2] = {0, 0};
  int last = 0;
  for (const auto& event : events) {
    if (!event.has_image_chunk()) continue;
    const auto& chunk = event.image_chunk();
    EXPECT_EQ(chunk.offset(), bytes[chunk.image_index()]);
    EXPECT_LE(chunk.data().size(), 1u << 20);
    EXPECT_EQ(chunk.seed(), 41u + chunk.image_index());
    bytes[chunk.image_index()] += chunk.data().size();
    last += chunk.last();
  }
  EXPECT_EQ(last, 2);
  EXPECT_GT(bytes[0], 2 << 20);
  ASSERT_TRUE(events.back().has_completed());
  EXPECT_THAT(events.back().completed().seeds(), testing::ElementsAre(41, 42));
}

TEST_F(ServerTest, CancellingStopsTheWork) {
  Load();
  grpc::ClientContext context;
  auto reader = images_->GenerateImages(&context, {});
  auto [spec, stop, observer] = engine_->Take();
  std::promise<void> stopped;
  std::stop_callback on_stop(stop, [&] { stopped.set_value(); });
  context.TryCancel();
  stopped.get_future().wait();
  observer->OnFinished(absl::CancelledError("stopped"), {});
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(ServerTest, PassesTheDeadlineOn) {
  Load();
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(100));
  auto reader = images_->GenerateImages(&context, {});
  auto [spec, stop, observer] = engine_->Take();
  ASSERT_TRUE(spec.deadline.has_value());
  EXPECT_NEAR(Seconds(*spec.deadline - Clock::Real()->Now()), 100, 5);
  observer->OnFinished(absl::DeadlineExceededError("late"), {});
  v1::GenerateImagesResponse event;
  while (reader->Read(&event)) {
  }
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST_F(ServerTest, AFullQueueSaysWhenToComeBack) {
  Load();
  engine_->refusal = MakeError(absl::StatusCode::kResourceExhausted, "full",
                               {.reason = "QUEUE_FULL", .retry_delay = std::chrono::seconds(7)});
  const grpc::Status status = Call({});
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(GetDetail<google::rpc::RetryInfo>(status).retry_delay().seconds(), 7);
}

TEST_F(ServerTest, WrongFieldsAreNamed) {
  Load();
  v1::GenerateImagesRequest request;
  request.set_width(7);
  const auto bad = GetDetail<google::rpc::BadRequest>(Call(request));
  ASSERT_EQ(bad.field_violations_size(), 1);
  EXPECT_EQ(bad.field_violations(0).field(), "width");
}

TEST_F(ServerTest, AWatchEndsWhenTheServerDoes) {
  Load();
  server_->Shutdown();
  auto ended = std::async(std::launch::async, [this] { return server_->Wait(); });
  EXPECT_EQ(NextHealth(), HealthCheckResponse::NOT_SERVING);
  EXPECT_TRUE(ended.get().ok());
  HealthCheckResponse response;
  EXPECT_FALSE(watch_->Read(&response));
  EXPECT_TRUE(watch_->Finish().ok());
}

TEST(ServerStartTest, APortInUseIsOneSentence) {
  auto never = [](const EngineOptions&) -> absl::StatusOr<std::unique_ptr<Engine>> {
    return absl::UnavailableError("no engine in this test");
  };
  auto first = Server::Start({.listen = "127.0.0.1:0", .metrics_listen = ""}, never);
  ASSERT_TRUE(first.ok()) << first.status();
  const auto second =
      Server::Start({.listen = "127.0.0.1:" + std::to_string((*first)->port()), .metrics_listen = ""}, never);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(second.status().message()), testing::HasSubstr("the address is taken"));
  EXPECT_EQ((*first)->Wait().message(), "no engine in this test");
}

}  // namespace
}  // namespace kolors
