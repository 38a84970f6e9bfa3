// Every number kolorsd exports, in Prometheus' terms. Names and units: docs/operations.md.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <string>

#include "core/engine/engine.h"
#include "server/serving.h"

namespace kolors {

// Thread-safe.
class Metrics {
 public:
  Metrics();

  void CallStarted(const std::string& service, const std::string& method, const std::string& type);
  void CallFinished(const std::string& service, const std::string& method, const std::string& type,
                    const std::string& code, double seconds);

  void Tick(const TickReport& report);
  void RequestFinished(const std::string& outcome, double end_to_end_seconds, double queue_seconds);
  void FirstStep(double seconds_since_arrival);
  void ImagesDrawn(int count);

  // /metrics: gauges are read from the engine now. engine: null while loading.
  std::string Text(ServingState state, const Engine* engine);

 private:
  using Counters = prometheus::Family<prometheus::Counter>;
  using Gauges = prometheus::Family<prometheus::Gauge>;
  using Histograms = prometheus::Family<prometheus::Histogram>;

  void UpdateGauges(ServingState state, const Engine* engine);

  prometheus::Registry registry_;
  Counters& started_;
  Counters& handled_;
  Histograms& handling_seconds_;
  Counters& requests_;
  prometheus::Counter& images_;
  Counters& prompt_cache_;
  prometheus::Histogram& queue_seconds_;
  prometheus::Histogram& request_seconds_;
  prometheus::Histogram& first_step_seconds_;
  prometheus::Histogram& batch_images_;
  Histograms& tick_seconds_;
  Gauges& in_state_;
  prometheus::Gauge& images_active_;
  prometheus::Gauge& memory_bytes_;
  prometheus::Gauge& serving_;
};

}  // namespace kolors
