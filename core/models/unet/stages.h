// The UNet's building stages: down, middle, up. Internal to core/models/unet.
//
// Each takes the context of its own transformers from a cursor that walks the conditioning in the
// order in which it was made.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <span>
#include <vector>

#include "core/models/unet/unet.h"

namespace kolors {

// Hands out the KeyValues of one transformer after the other.
class ContextCursor {
 public:
  explicit ContextCursor(std::span<const KeyValue> context) : rest_(context) {}
  std::span<const KeyValue> Take(size_t layers) {
    std::span<const KeyValue> taken = rest_.first(layers);
    rest_ = rest_.subspan(layers);
    return taken;
  }

 private:
  std::span<const KeyValue> rest_;
};

struct UNet::DownStage {
  DownStage(WeightScope scope, const UNetConfig& config, size_t index);

  // Appends what the way up will need to skips. Returns the stage's output.
  at::Tensor operator()(at::Tensor x, const at::Tensor& silu_time, ContextCursor& context,
                        std::vector<at::Tensor>& skips) const;

  std::vector<ResnetBlock> resnets;
  std::vector<SpatialTransformer> transformers;  // empty, or one a resnet
  std::optional<Conv2d> downsample;              // all stages but the last
};

struct UNet::Middle {
  Middle(WeightScope scope, const UNetConfig& config);

  at::Tensor operator()(const at::Tensor& x, const at::Tensor& silu_time,
                        ContextCursor& context) const;

  ResnetBlock resnet_in;
  SpatialTransformer transformer;
  ResnetBlock resnet_out;
};

struct UNet::UpStage {
  // index counts from the coarsest stage, as diffusers names them.
  UpStage(WeightScope scope, const UNetConfig& config, size_t index);

  // Takes one skip a resnet off the end of skips.
  at::Tensor operator()(at::Tensor x, const at::Tensor& silu_time, ContextCursor& context,
                        std::vector<at::Tensor>& skips) const;

  std::vector<ResnetBlock> resnets;
  std::vector<SpatialTransformer> transformers;
  std::optional<Conv2d> upsample;  // all stages but the last
};

}  // namespace kolors
