// One GenerateImages call: hears the engine, encodes pictures on a pool, writes to the stream.
#pragma once

#include <grpcpp/support/server_callback.h>

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/thread_pool.h"
#include "core/engine/engine.h"
#include "kolors/v1/image_service.pb.h"
#include "server/rpc/call_scope.h"
#include "server/services/generate_conversion.h"

namespace kolors {

// A slow reader holds up nobody: of queue places, progress and previews only the latest waits to be
// written; finished images wait all. Owned by itself and by the engine: lives until gRPC and the engine
// have both said their last word.
class GenerateCall : public grpc::ServerWriteReactor<v1::GenerateImagesResponse>,
                     public GenerateObserver,
                     public std::enable_shared_from_this<GenerateCall> {
 public:
  // metrics and pool must outlive the call.
  static std::shared_ptr<GenerateCall> Create(const v1::GenerateImagesRequest& request,
                                              const std::string& peer, Metrics& metrics, ThreadPool& pool,
                                              bool log_prompt);

  // Once: hands the request to the engine, or ends the call with what is wrong.
  void Begin(absl::StatusOr<std::shared_ptr<Engine>> engine, std::optional<TimePoint> deadline);

  void OnQueued(const QueueEstimate& estimate) override;
  void OnStarted(const GenerateStart& start) override;
  void OnProgress(const GenerateProgress& progress) override;
  void OnPreview(int image_index, int step, Image image) override;
  void OnImage(int image_index, uint64_t seed, Image image) override;
  void OnFinished(const absl::Status& status, const GenerateTimings& timings) override;

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  GenerateCall(const v1::GenerateImagesRequest& request, const std::string& peer, Metrics& metrics, ThreadPool& pool,
               bool log_prompt);

  absl::Status Submit(absl::StatusOr<std::shared_ptr<Engine>> engine, std::optional<TimePoint> deadline);
  void AddImage(int image_index, uint64_t seed, absl::StatusOr<std::string> file);
  void Complete();                  // under mutex_: the last image is encoded
  void End(absl::Status status);    // under mutex_: nothing more to write than what waits
  std::optional<v1::GenerateImagesResponse> TakeNext();  // under mutex_
  // Writes the next message or finishes, unless a write is under way.
  void Pump();
  std::string LogFields() const;

  const v1::GenerateImagesRequest request_;
  Metrics& metrics_;
  ThreadPool& pool_;
  const bool log_prompt_;
  ModelInfo model_;
  ConvertedRequest converted_;
  std::stop_source stop_;
  CallScope scope_;
  std::shared_ptr<GenerateCall> self_;  // until OnDone

  std::mutex mutex_;
  std::optional<v1::GenerateImagesResponse> queued_, started_, progress_, completed_;
  std::map<int, v1::GenerateImagesResponse> previews_;  // by image
  std::deque<v1::GenerateImagesResponse> chunks_;
  v1::GenerateImagesResponse writing_message_;
  bool writing_ = false;
  bool finished_ = false;  // Finish was called
  int images_encoding_ = 0;
  bool first_step_seen_ = false;
  std::optional<GenerateTimings> timings_;  // set: the engine is done, and well
  std::optional<absl::Status> end_;
};

}  // namespace kolors
