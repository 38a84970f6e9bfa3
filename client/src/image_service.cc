// Client's calls of ImageService.
#include <kolors/v1/image_service.grpc.pb.h>

#include <optional>
#include <utility>

#include "client/src/connection.h"
#include "client/src/generate_request.h"
#include "client/src/image_assembler.h"
#include "client/src/time.h"
#include "core/base/status_macros.h"
#include "kolors/client.h"

namespace kolors::client {

namespace {

template <typename Callback, typename Event>
void Tell(const Callback& callback, const Event& event) {
  if (callback) callback(event);
}

std::optional<Duration> MaybeDuration(bool present, const google::protobuf::Duration& duration) {
  return present ? std::optional(FromProto(duration)) : std::nullopt;
}

QueuedEvent ReadQueued(const v1::GenerateQueued& queued) {
  return {.position = queued.position(),
          .estimated_wait = MaybeDuration(queued.has_estimated_wait(), queued.estimated_wait())};
}

StartedEvent ReadStarted(const v1::GenerateStarted& started) {
  return {.queue_time = FromProto(started.queue_time()),
          .prompt_tokens = started.prompt_tokens(),
          .prompt_truncated = started.prompt_truncated()};
}

ProgressEvent ReadProgress(const v1::GenerateProgress& progress) {
  return {.step = progress.step(),
          .total_steps = progress.total_steps(),
          .estimated_remaining = MaybeDuration(progress.has_estimated_remaining(),
                                               progress.estimated_remaining())};
}

PreviewEvent ReadPreview(v1::GeneratePreview& preview) {
  return {.image_index = preview.image_index(),
          .step = preview.step(),
          .jpeg = std::move(*preview.mutable_image())};
}

void ReadCompleted(const v1::GenerateCompleted& completed, GenerateResult& result) {
  const auto& timings = completed.timings();
  result.timings = {.queue = FromProto(timings.queue()),
                    .encode_prompt = FromProto(timings.encode_prompt()),
                    .denoise = FromProto(timings.denoise()),
                    .decode = FromProto(timings.decode()),
                    .total = FromProto(timings.total())};
  for (const auto& adapter : completed.adapters()) {
    result.adapters.push_back({adapter.adapter(), adapter.scale(), adapter.digest()});
  }
}

// One try of one call: reads the stream and turns messages into events and images.
class GenerateCall {
 public:
  explicit GenerateCall(const GenerateEvents& events) : events_(events) {}

  bool answered() const { return answered_; }

  absl::Status Run(v1::ImageService::Stub& stub, const v1::GenerateImagesRequest& request,
                   grpc::ClientContext& context, const std::string& address) {
    auto stream = stub.GenerateImages(&context, request);
    v1::GenerateImagesResponse response;
    absl::Status broken;
    while (broken.ok() && stream->Read(&response)) {
      answered_ = true;
      broken = Handle(response);
    }
    if (!broken.ok()) context.TryCancel();
    const absl::Status ended = FromGrpcStatus(stream->Finish(), address, answered_);
    return broken.ok() ? ended : broken;
  }

  absl::StatusOr<GenerateResult> TakeResult() {
    if (!completed_) return absl::InternalError("The server ended the stream before `completed`.");
    ASSIGN_OR_RETURN(result_.images, assembler_.Take());
    return std::move(result_);
  }

 private:
  absl::Status Handle(v1::GenerateImagesResponse& response) {
    switch (response.event_case()) {
      case v1::GenerateImagesResponse::kQueued:
        Tell(events_.on_queued, ReadQueued(response.queued()));
        break;
      case v1::GenerateImagesResponse::kStarted:
        Tell(events_.on_started, ReadStarted(response.started()));
        break;
      case v1::GenerateImagesResponse::kProgress:
        Tell(events_.on_progress, ReadProgress(response.progress()));
        break;
      case v1::GenerateImagesResponse::kPreview:
        Tell(events_.on_preview, ReadPreview(*response.mutable_preview()));
        break;
      case v1::GenerateImagesResponse::kImageChunk: {
        ASSIGN_OR_RETURN(const GeneratedImage* image,
                         assembler_.Add(std::move(*response.mutable_image_chunk())));
        if (image != nullptr) Tell(events_.on_image, *image);
        break;
      }
      case v1::GenerateImagesResponse::kCompleted:
        ReadCompleted(response.completed(), result_);
        completed_ = true;
        break;
      case v1::GenerateImagesResponse::EVENT_NOT_SET:
        break;  // an event newer than this client
    }
    return absl::OkStatus();
  }

  const GenerateEvents& events_;
  ImageAssembler assembler_;
  GenerateResult result_;
  bool answered_ = false;
  bool completed_ = false;
};

}  // namespace

absl::StatusOr<GenerateResult> Client::Generate(const GenerateOptions& options,
                                                const GenerateEvents& events,
                                                std::stop_token stop) const {
  ASSIGN_OR_RETURN(const v1::GenerateImagesRequest request, ToProto(options));
  std::optional<TimePoint> deadline;
  if (auto timeout = connection_->options().generate_timeout) {
    deadline = Clock::Real()->Now() + *timeout;
  }
  auto stub = v1::ImageService::NewStub(connection_->channel());
  std::optional<GenerateCall> call;
  RETURN_IF_ERROR(RunWithRetries(
      connection_->options().retry, deadline, stop, events.on_retry, [&]() -> Attempt {
        auto context = connection_->NewContext(deadline);
        std::stop_callback cancel(stop, [&context] { context->TryCancel(); });
        call.emplace(events);
        absl::Status status = call->Run(*stub, request, *context, connection_->address());
        return {std::move(status), !call->answered()};
      }));
  return call->TakeResult();
}

}  // namespace kolors::client
