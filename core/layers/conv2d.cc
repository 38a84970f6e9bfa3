#include "core/layers/conv2d.h"

#include <ATen/ATen.h>

namespace kolors {

Conv2d::Conv2d(WeightScope scope, int64_t in, int64_t out, int64_t kernel, int64_t stride,
               int64_t padding)
    // Channels last everywhere: tensor cores read it without a transpose, and so do oneDNN's
    // kernels.
    : weight_(scope.Load("weight", {out, in, kernel, kernel})
                  .contiguous(at::MemoryFormat::ChannelsLast)),
      bias_(scope.Load("bias", {out})),
      stride_(stride),
      padding_(padding) {}

at::Tensor Conv2d::operator()(const at::Tensor& x) const {
  return at::conv2d(x, weight_, bias_, stride_, padding_);
}

}  // namespace kolors
