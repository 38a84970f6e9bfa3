// Bytes of a memory-mapped file to tensors on a device.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <memory>
#include <span>

namespace kolors {

// To a GPU the bytes stream through two pinned buffers, one being filled by several threads while
// the other is on its way; the dtype changes on the device. To the meta device nothing is read. Not
// thread-safe; one device and dtype each.
class WeightUploader {
 public:
  explicit WeightUploader(at::TensorOptions options);
  ~WeightUploader();

  // data: row-major numbers of `stored` type, any alignment. Returns [shape] in the options' dtype.
  // The data may be unmapped when this returns; the tensor's contents are complete after Flush, or
  // in order for work on the device's current stream.
  at::Tensor Upload(std::span<const std::byte> data, at::ScalarType stored, at::IntArrayRef shape);
  void Flush();

 private:
  struct Staging;

  void CopyToDevice(std::span<const std::byte> data, at::Tensor& destination);

  at::TensorOptions options_;
  std::unique_ptr<Staging> staging_;
};

}  // namespace kolors
