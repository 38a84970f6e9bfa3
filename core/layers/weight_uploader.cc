#include "core/layers/weight_uploader.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <array>
#include <cstring>

#if KOLORS_CUDA
#include <ATen/cuda/CUDAEvent.h>
#endif

namespace kolors {

namespace {

constexpr size_t kStagingBytes = size_t{64} << 20;

void ParallelCopy(std::byte* to, std::span<const std::byte> from) {
  at::parallel_for(0, static_cast<int64_t>(from.size()), 4 << 20, [&](int64_t begin, int64_t end) {
    std::memcpy(to + begin, from.data() + begin, end - begin);
  });
}

}  // namespace

#if KOLORS_CUDA
struct WeightUploader::Staging {
  struct Buffer {
    at::Tensor pinned = at::empty({static_cast<int64_t>(kStagingBytes)},
                                  at::TensorOptions(at::kByte).pinned_memory(true));
    at::cuda::CUDAEvent sent;
  };
  std::array<Buffer, 2> buffers;
  int next = 0;
};
#else
struct WeightUploader::Staging {};
#endif

WeightUploader::WeightUploader(at::TensorOptions options) : options_(options) {}
WeightUploader::~WeightUploader() = default;

at::Tensor WeightUploader::Upload(std::span<const std::byte> data, at::ScalarType stored,
                                  at::IntArrayRef shape) {
  at::Tensor raw = at::empty(shape, options_.dtype(stored));
  if (options_.device().is_meta()) return raw.to(options_.dtype());
  if (options_.device().is_cpu()) {
    ParallelCopy(static_cast<std::byte*>(raw.mutable_data_ptr()), data);
  } else {
    CopyToDevice(data, raw);
  }
  return raw.to(options_.dtype());
}

#if KOLORS_CUDA
void WeightUploader::CopyToDevice(std::span<const std::byte> data, at::Tensor& destination) {
  if (!staging_) staging_ = std::make_unique<Staging>();
  at::Tensor bytes = destination.flatten().view(at::kByte);
  for (size_t offset = 0; offset < data.size(); offset += kStagingBytes) {
    Staging::Buffer& buffer = staging_->buffers[staging_->next];
    staging_->next = 1 - staging_->next;
    buffer.sent.synchronize();  // a new event counts as done
    std::span<const std::byte> part =
        data.subspan(offset, std::min(kStagingBytes, data.size() - offset));
    ParallelCopy(static_cast<std::byte*>(buffer.pinned.mutable_data_ptr()), part);
    bytes.narrow(0, offset, part.size())
        .copy_(buffer.pinned.narrow(0, 0, part.size()), /*non_blocking=*/true);
    buffer.sent.record();
  }
}

void WeightUploader::Flush() {
  if (!staging_) return;
  for (Staging::Buffer& buffer : staging_->buffers) buffer.sent.synchronize();
}
#else
void WeightUploader::CopyToDevice(std::span<const std::byte>, at::Tensor&) {
  TORCH_CHECK(false, "this build has no CUDA");
}
void WeightUploader::Flush() {}
#endif

}  // namespace kolors
