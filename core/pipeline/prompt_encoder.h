// First stage: prompts to what the UNet reads, remembering recent ones.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/pipeline/model.h"

namespace kolors {

// One prompt, encoded. On the model's device, in its dtype.
struct EncodedPrompt {
  at::Tensor embeds;  // [kMaxPromptTokens, hidden_size]
  at::Tensor pooled;  // [hidden_size]
  int num_tokens = 0;  // special tokens included, before any cut
  bool truncated = false;
};

// Not thread-safe: belongs to the thread that owns the device.
class PromptEncoder {
 public:
  // model must outlive the encoder. capacity: prompts kept, least recently used first out.
  PromptEncoder(const Model& model, int capacity) : model_(model), capacity_(capacity) {}

  // One result a prompt, in order; all that are not remembered are encoded in one batch.
  std::vector<std::shared_ptr<const EncodedPrompt>> Encode(std::span<const std::string> prompts);

  // What stands for an absent negative prompt if force_zeros_for_empty_prompt.
  std::shared_ptr<const EncodedPrompt> Zeros();

  int64_t hits() const { return hits_; }
  int64_t misses() const { return misses_; }

 private:
  struct Entry {
    std::string prompt;
    std::shared_ptr<const EncodedPrompt> encoded;
  };

  std::shared_ptr<const EncodedPrompt> Recall(const std::string& prompt);
  void Remember(const std::string& prompt, std::shared_ptr<const EncodedPrompt> encoded);
  std::vector<std::shared_ptr<const EncodedPrompt>> EncodeBatch(std::span<const std::string> prompts);

  const Model& model_;
  const size_t capacity_;
  std::list<Entry> recent_;  // most recent first
  std::unordered_map<std::string, std::list<Entry>::iterator> by_prompt_;
  int64_t hits_ = 0;
  int64_t misses_ = 0;
};

}  // namespace kolors
