#include "server/metrics/metrics.h"

#include <prometheus/text_serializer.h>

#include <map>

namespace kolors {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using Buckets = prometheus::Histogram::BucketBoundaries;

const Buckets kSeconds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300};
const Buckets kBatch = {1, 2, 3, 4, 6, 8, 12, 16, 32};

template <typename Builder>
auto& Make(Builder builder, prometheus::Registry& registry, const char* name, const char* help) {
  return builder.Name(name).Help(help).Register(registry);
}

const char* TickName(TickReport::Kind kind) {
  switch (kind) {
    case TickReport::Kind::kEncodePrompt: return "encode_prompt";
    case TickReport::Kind::kDenoise: return "denoise";
    case TickReport::Kind::kDecode: return "decode";
  }
  return "unknown";
}

std::map<std::string, std::string> Labels(const std::string& service, const std::string& method,
                                          const std::string& type) {
  return {{"grpc_service", service}, {"grpc_method", method}, {"grpc_type", type}};
}

}  // namespace

Metrics::Metrics()
    : started_(Make(BuildCounter(), registry_, "grpc_server_started_total", "RPCs started.")),
      handled_(Make(BuildCounter(), registry_, "grpc_server_handled_total", "RPCs completed, by code.")),
      handling_seconds_(Make(BuildHistogram(), registry_, "grpc_server_handling_seconds", "Time of whole RPCs.")),
      requests_(Make(BuildCounter(), registry_, "kolors_requests_total", "Image requests that ended, by outcome.")),
      images_(Make(BuildCounter(), registry_, "kolors_images_total", "Images drawn.").Add({})),
      prompt_cache_(Make(BuildCounter(), registry_, "kolors_prompt_cache_lookups_total",
                         "Prompts looked up in the cache of encoded ones.")),
      queue_seconds_(Make(BuildHistogram(), registry_, "kolors_queue_seconds", "Time a request waited for the device.")
                         .Add({}, kSeconds)),
      request_seconds_(Make(BuildHistogram(), registry_, "kolors_request_seconds",
                            "Time from a request's arrival to its end.")
                           .Add({}, kSeconds)),
      first_step_seconds_(Make(BuildHistogram(), registry_, "kolors_time_to_first_step_seconds",
                               "Time from a request's arrival to its first denoising step's end.")
                              .Add({}, kSeconds)),
      batch_images_(Make(BuildHistogram(), registry_, "kolors_batch_images", "Images in one denoising step.")
                        .Add({}, kBatch)),
      tick_seconds_(Make(BuildHistogram(), registry_, "kolors_tick_seconds",
                         "Device time of one step, prompt encoding or decode.")),
      in_state_(Make(BuildGauge(), registry_, "kolors_requests", "Image requests now, by state.")),
      images_active_(
          Make(BuildGauge(), registry_, "kolors_images_active", "Images whose latents are on the device.").Add({})),
      memory_bytes_(
          Make(BuildGauge(), registry_, "kolors_device_memory_used_bytes", "Memory in use on the device.").Add({})),
      serving_(Make(BuildGauge(), registry_, "kolors_serving", "1 while new requests are accepted.").Add({})) {
  Make(BuildGauge(), registry_, "kolors_build_info", "Always 1.").Add({{"version", KOLORS_VERSION}}).Set(1);
  for (const char* outcome : {"ok", "cancelled", "deadline_exceeded", "refused", "failed"}) {
    requests_.Add({{"outcome", outcome}});
  }
}

void Metrics::CallStarted(const std::string& service, const std::string& method, const std::string& type) {
  started_.Add(Labels(service, method, type)).Increment();
}

void Metrics::CallFinished(const std::string& service, const std::string& method, const std::string& type,
                           const std::string& code, double seconds) {
  handling_seconds_.Add(Labels(service, method, type), kSeconds).Observe(seconds);
  auto labels = Labels(service, method, type);
  labels["grpc_code"] = code;
  handled_.Add(labels).Increment();
}

void Metrics::Tick(const TickReport& report) {
  tick_seconds_.Add({{"kind", TickName(report.kind)}}, kSeconds).Observe(Seconds(report.duration));
  if (report.kind == TickReport::Kind::kDenoise) batch_images_.Observe(report.images);
}

void Metrics::RequestFinished(const std::string& outcome, double end_to_end_seconds, double queue_seconds) {
  requests_.Add({{"outcome", outcome}}).Increment();
  if (outcome == "refused") return;
  request_seconds_.Observe(end_to_end_seconds);
  queue_seconds_.Observe(queue_seconds);
}

void Metrics::FirstStep(double seconds_since_arrival) { first_step_seconds_.Observe(seconds_since_arrival); }
void Metrics::ImagesDrawn(int count) { images_.Increment(count); }

std::string Metrics::Text(ServingState state, const Engine* engine) {
  UpdateGauges(state, engine);
  return prometheus::TextSerializer().Serialize(registry_.Collect());
}

void Metrics::UpdateGauges(ServingState state, const Engine* engine) {
  serving_.Set(state == ServingState::kServing ? 1 : 0);
  const EngineStats stats = engine ? engine->Stats() : EngineStats{};
  in_state_.Add({{"state", "waiting"}}).Set(stats.requests_waiting);
  in_state_.Add({{"state", "running"}}).Set(stats.requests_running);
  images_active_.Set(stats.images_active);
  memory_bytes_.Set(static_cast<double>(stats.memory_used_bytes));
  auto raise = [this](const char* result, int64_t total) {
    auto& counter = prompt_cache_.Add({{"result", result}});
    counter.Increment(std::max(0.0, static_cast<double>(total) - counter.Value()));
  };
  raise("hit", stats.prompt_cache_hits);
  raise("miss", stats.prompt_cache_misses);
}

}  // namespace kolors
