#include "absl/strings/escaping.h"
#include "client/cli/generate/view.h"
#include "client/cli/json_lines.h"

namespace kolors::cli {

namespace {

using nlohmann::json;

void AddSeconds(json& object, const char* key, std::optional<Duration> duration) {
  if (duration) object[key] = Seconds(*duration);
}

json TimingsToJson(const client::GenerateTimings& timings) {
  return {{"queue_seconds", Seconds(timings.queue)},
          {"encode_prompt_seconds", Seconds(timings.encode_prompt)},
          {"denoise_seconds", Seconds(timings.denoise)},
          {"decode_seconds", Seconds(timings.decode)},
          {"total_seconds", Seconds(timings.total)}};
}

// Seeds are strings, as protobuf's JSON has 64-bit numbers: many readers would round them.
class JsonView : public GenerateView {
 public:
  explicit JsonView(Console& console) : out_(console.out) {}

  void OnRetry(const client::RetryEvent& event) override {
    Write({{"event", "retry"},
           {"message", std::string(event.cause.message())},
           {"delay_seconds", Seconds(event.delay)}});
  }
  void OnQueued(const client::QueuedEvent& event) override {
    json line = {{"event", "queued"}, {"position", event.position}};
    AddSeconds(line, "estimated_wait_seconds", event.estimated_wait);
    Write(line);
  }
  void OnStarted(const client::StartedEvent& event) override {
    Write({{"event", "started"},
           {"queue_seconds", Seconds(event.queue_time)},
           {"prompt_tokens", event.prompt_tokens},
           {"prompt_truncated", event.prompt_truncated}});
  }
  void OnProgress(const client::ProgressEvent& event) override {
    json line = {
        {"event", "progress"}, {"step", event.step}, {"total_steps", event.total_steps}};
    AddSeconds(line, "estimated_remaining_seconds", event.estimated_remaining);
    Write(line);
  }
  void OnPreview(const client::PreviewEvent& event) override {
    Write({{"event", "preview"},
           {"image_index", event.image_index},
           {"step", event.step},
           {"jpeg_base64", absl::Base64Escape(event.jpeg)}});
  }
  void OnSaved(const client::GeneratedImage& image, const std::string& path) override {
    Write({{"event", "image"},
           {"image_index", image.image_index},
           {"seed", std::to_string(image.seed)},
           {"path", path},
           {"size_bytes", image.data.size()}});
  }
  void OnCompleted(const client::GenerateResult& result) override {
    json line = {{"event", "completed"},
                 {"timings", TimingsToJson(result.timings)},
                 {"seeds", json::array()},
                 {"adapters", json::array()}};
    for (const auto& image : result.images) line["seeds"].push_back(std::to_string(image.seed));
    for (const auto& adapter : result.adapters) {
      line["adapters"].push_back(
          {{"adapter", adapter.adapter}, {"scale", adapter.scale}, {"digest", adapter.digest}});
    }
    Write(line);
  }
  void OnFailed() override {}

 private:
  void Write(const json& line) { WriteJsonLine(out_, line); }

  std::ostream& out_;
};

}  // namespace

std::unique_ptr<GenerateView> MakeJsonView(Console& console) {
  return std::make_unique<JsonView>(console);
}

}  // namespace kolors::cli
