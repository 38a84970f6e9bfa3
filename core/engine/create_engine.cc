#include <exception>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/engine/device.h"
#include "core/engine/engine.h"
#include "core/engine/local_engine.h"
#include "core/pipeline/model.h"

namespace kolors {

namespace {

absl::StatusOr<std::unique_ptr<Engine>> Create(const EngineOptions& options) {
  ASSIGN_OR_RETURN(at::Device device, ParseDevice(options.device));
  ASSIGN_OR_RETURN(at::ScalarType dtype, ParsePrecision(options.precision, device));
  UseDevice(device, options.cpu_threads);
  ASSIGN_OR_RETURN(std::unique_ptr<Model> model, LoadModel({.model_dir = options.model_dir,
                                                            .vae_dir = options.vae_dir,
                                                            .device = device,
                                                            .dtype = dtype}));
  std::vector<std::pair<int, int>> sizes = options.warmup_sizes;
  if (sizes.empty()) sizes = {{model->default_size(), model->default_size()}};
  auto engine = std::make_unique<LocalEngine>(std::move(model), options);
  RETURN_IF_ERROR(engine->Start());
  RETURN_IF_ERROR(engine->WarmUp(sizes));
  return engine;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Engine>> CreateEngine(const EngineOptions& options) {
  try {
    return Create(options);
  } catch (const std::exception& error) {
    return absl::InternalError(absl::StrCat("Loading ", options.model_dir, " on ", options.device, " failed: ",
                                            error.what()));
  }
}

}  // namespace kolors
