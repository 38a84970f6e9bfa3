#include "core/engine/verify_model.h"

#include <ATen/ATen.h>

#include <exception>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/pipeline/model.h"

namespace kolors {

absl::StatusOr<ModelReport> VerifyModel(const std::string& model_dir, const std::string& vae_dir) {
  try {
    ASSIGN_OR_RETURN(std::unique_ptr<Model> model,
                     LoadModel({.model_dir = model_dir, .vae_dir = vae_dir, .device = at::kMeta}));
    return ModelReport{.layout = model->folder.layout,
                       .text_encoder_parameters = model->text_encoder_parameters,
                       .unet_parameters = model->unet_parameters,
                       .vae_parameters = model->vae_parameters,
                       .default_size = model->default_size(),
                       .default_sampler = std::string(SamplerName(model->default_sampler)),
                       .vae_overflows_fp16 = model->vae_config.force_upcast,
                       .digest = model->digest};
  } catch (const std::exception& error) {
    return absl::InternalError(absl::StrCat("Verifying ", model_dir, " failed: ", error.what()));
  }
}

}  // namespace kolors
