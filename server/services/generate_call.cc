#include "server/services/generate_call.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "server/log.h"
#include "server/rpc/status.h"

namespace kolors {
namespace {

constexpr size_t kMaxChunkBytes = size_t{1} << 20;
constexpr int kPreviewQuality = 75;

void SetDuration(Duration duration, google::protobuf::Duration* out) {
  const auto nanos = std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count();
  out->set_seconds(nanos / 1000000000);
  out->set_nanos(static_cast<int32_t>(nanos % 1000000000));
}

const char* Outcome(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk: return "ok";
    case absl::StatusCode::kCancelled: return "cancelled";
    case absl::StatusCode::kDeadlineExceeded: return "deadline_exceeded";
    default: return "failed";
  }
}

}  // namespace

std::shared_ptr<GenerateCall> GenerateCall::Create(const v1::GenerateImagesRequest& request, const std::string& peer,
                                                   Metrics& metrics, ThreadPool& pool, bool log_prompt) {
  std::shared_ptr<GenerateCall> call(new GenerateCall(request, peer, metrics, pool, log_prompt));
  call->self_ = call;
  return call;
}

GenerateCall::GenerateCall(const v1::GenerateImagesRequest& request, const std::string& peer, Metrics& metrics,
                           ThreadPool& pool, bool log_prompt)
    : request_(request),
      metrics_(metrics),
      pool_(pool),
      log_prompt_(log_prompt),
      scope_(metrics, "kolors.v1.ImageService", "GenerateImages", CallScope::Type::kServerStream, peer) {}

absl::Status GenerateCall::Submit(absl::StatusOr<std::shared_ptr<Engine>> engine, std::optional<TimePoint> deadline) {
  RETURN_IF_ERROR(engine.status());
  const EngineInfo info = (*engine)->Info();
  model_ = info.model;
  ASSIGN_OR_RETURN(converted_, ConvertRequest(request_, model_));
  GenerateSpec spec = converted_.spec;
  spec.deadline = deadline;
  return (*engine)->Submit(std::move(spec), stop_.get_token(), shared_from_this());
}

void GenerateCall::Begin(absl::StatusOr<std::shared_ptr<Engine>> engine, std::optional<TimePoint> deadline) {
  if (absl::Status status = Submit(std::move(engine), deadline); !status.ok()) {
    metrics_.RequestFinished("refused", 0, 0);
    std::lock_guard lock(mutex_);
    End(std::move(status));
  }
  Pump();
}

void GenerateCall::OnQueued(const QueueEstimate& estimate) {
  {
    std::lock_guard lock(mutex_);
    auto* queued = queued_.emplace().mutable_queued();
    queued->set_position(estimate.position);
    if (estimate.estimated_wait) SetDuration(*estimate.estimated_wait, queued->mutable_estimated_wait());
  }
  Pump();
}

void GenerateCall::OnStarted(const GenerateStart& start) {
  {
    std::lock_guard lock(mutex_);
    auto* started = started_.emplace().mutable_started();
    SetDuration(start.queue_time, started->mutable_queue_time());
    started->set_prompt_tokens(start.prompt_tokens);
    started->set_prompt_truncated(start.prompt_truncated);
  }
  Pump();
}

void GenerateCall::OnProgress(const GenerateProgress& progress) {
  {
    std::lock_guard lock(mutex_);
    if (!std::exchange(first_step_seen_, true)) metrics_.FirstStep(Seconds(Clock::Real()->Now() - scope_.start()));
    auto* message = progress_.emplace().mutable_progress();
    message->set_step(progress.step);
    message->set_total_steps(progress.total_steps);
    if (progress.estimated_remaining) {
      SetDuration(*progress.estimated_remaining, message->mutable_estimated_remaining());
    }
  }
  Pump();
}

void GenerateCall::OnPreview(int image_index, int step, Image image) {
  pool_.Schedule([self = shared_from_this(), image_index, step, image = std::move(image)] {
    auto file = EncodeImage(image, {.format = ImageFormat::kJpeg, .quality = kPreviewQuality});
    if (!file.ok()) return;
    {
      std::lock_guard lock(self->mutex_);
      if (self->timings_ || self->end_) return;
      auto* preview = self->previews_[image_index].mutable_preview();
      if (preview->step() > step) return;
      preview->set_image_index(image_index);
      preview->set_step(step);
      preview->set_image(*std::move(file));
    }
    self->Pump();
  });
}

void GenerateCall::OnImage(int image_index, uint64_t seed, Image image) {
  {
    std::lock_guard lock(mutex_);
    ++images_encoding_;
  }
  pool_.Schedule([self = shared_from_this(), image_index, seed, image = std::move(image)] {
    EncodeOptions options = self->converted_.output;
    if (self->converted_.embed_metadata) {
      options.metadata = MakeImageMetadata(self->request_, self->converted_, image_index, self->model_);
    }
    self->AddImage(image_index, seed, EncodeImage(image, options));
  });
}

void GenerateCall::AddImage(int image_index, uint64_t seed, absl::StatusOr<std::string> file) {
  {
    std::lock_guard lock(mutex_);
    --images_encoding_;
    if (!file.ok()) {
      stop_.request_stop();
      End(file.status());
    } else if (!end_) {
      metrics_.ImagesDrawn(1);
      for (size_t offset = 0; offset < file->size(); offset += kMaxChunkBytes) {
        auto* chunk = chunks_.emplace_back().mutable_image_chunk();
        chunk->set_image_index(image_index);
        chunk->set_seed(seed);
        chunk->set_offset(static_cast<int64_t>(offset));
        chunk->set_data(file->substr(offset, kMaxChunkBytes));
        chunk->set_last(offset + kMaxChunkBytes >= file->size());
      }
      Complete();
    }
  }
  Pump();
}

void GenerateCall::OnFinished(const absl::Status& status, const GenerateTimings& timings) {
  metrics_.RequestFinished(Outcome(status), Seconds(Clock::Real()->Now() - scope_.start()), Seconds(timings.queue));
  {
    std::lock_guard lock(mutex_);
    if (status.ok()) {
      timings_ = timings;
      Complete();
    } else {
      End(status);
    }
  }
  Pump();
}

void GenerateCall::Complete() {
  if (!timings_ || images_encoding_ > 0 || end_) return;
  auto* completed = completed_.emplace().mutable_completed();
  SetDuration(timings_->queue, completed->mutable_timings()->mutable_queue());
  SetDuration(timings_->encode_prompt, completed->mutable_timings()->mutable_encode_prompt());
  SetDuration(timings_->denoise, completed->mutable_timings()->mutable_denoise());
  SetDuration(timings_->decode, completed->mutable_timings()->mutable_decode());
  SetDuration(Clock::Real()->Now() - scope_.start(), completed->mutable_timings()->mutable_total());
  for (int i = 0; i < converted_.spec.num_images; ++i) completed->add_seeds(converted_.spec.seed + i);
  End(absl::OkStatus());
}

void GenerateCall::End(absl::Status status) {
  if (end_) return;
  end_ = std::move(status);
  previews_.clear();
  if (end_->ok()) return;
  queued_.reset();
  started_.reset();
  progress_.reset();
  chunks_.clear();
}

std::optional<v1::GenerateImagesResponse> GenerateCall::TakeNext() {
  for (auto* single : {&queued_, &started_, &progress_}) {
    if (*single) return std::exchange(*single, std::nullopt);
  }
  if (!previews_.empty()) return std::move(previews_.extract(previews_.begin()).mapped());
  if (!chunks_.empty()) {
    v1::GenerateImagesResponse chunk = std::move(chunks_.front());
    chunks_.pop_front();
    return chunk;
  }
  return std::exchange(completed_, std::nullopt);
}

void GenerateCall::Pump() {
  std::optional<absl::Status> finish;
  {
    std::lock_guard lock(mutex_);
    if (writing_ || finished_) return;
    if (auto next = TakeNext()) {
      writing_message_ = *std::move(next);
      writing_ = true;
    } else if (end_) {
      finished_ = true;
      finish = end_;
    } else {
      return;
    }
  }
  // Outside the lock: gRPC may react before these return.
  if (!finish) return StartWrite(&writing_message_);
  scope_.Finish(*finish, LogFields());
  Finish(ToGrpcStatus(*finish));
}

void GenerateCall::OnWriteDone(bool ok) {
  auto self = shared_from_this();
  {
    std::lock_guard lock(mutex_);
    writing_ = false;
    if (!ok) {
      stop_.request_stop();
      End(absl::CancelledError("The client is gone."));
    }
  }
  Pump();
}

void GenerateCall::OnCancel() {
  auto self = shared_from_this();
  stop_.request_stop();
  {
    std::lock_guard lock(mutex_);
    End(absl::CancelledError("The call was cancelled."));
  }
  Pump();
}

void GenerateCall::OnDone() { self_.reset(); }

std::string GenerateCall::LogFields() const {
  const GenerateSpec& spec = converted_.spec;
  std::string fields = absl::StrCat("size=", spec.width, "x", spec.height, " steps=", spec.num_inference_steps,
                                    " images=", spec.num_images, " seed=", spec.seed);
  if (log_prompt_) absl::StrAppend(&fields, " ", LogField("prompt", request_.prompt()));
  return fields;
}

}  // namespace kolors
