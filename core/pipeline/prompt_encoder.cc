#include "core/pipeline/prompt_encoder.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace kolors {

std::vector<std::shared_ptr<const EncodedPrompt>> PromptEncoder::Encode(
    std::span<const std::string> prompts) {
  std::vector<std::shared_ptr<const EncodedPrompt>> results;
  std::vector<std::string> unknown;
  for (const std::string& prompt : prompts) {
    results.push_back(Recall(prompt));
    const bool known = results.back() || std::find(unknown.begin(), unknown.end(), prompt) != unknown.end();
    ++(known ? hits_ : misses_);
    if (!known) unknown.push_back(prompt);
  }
  if (unknown.empty()) return results;

  auto encoded = EncodeBatch(unknown);
  for (size_t i = 0; i < prompts.size(); ++i) {
    if (results[i]) continue;
    results[i] = encoded[std::find(unknown.begin(), unknown.end(), prompts[i]) - unknown.begin()];
  }
  for (size_t i = 0; i < unknown.size(); ++i) Remember(unknown[i], encoded[i]);
  return results;
}

std::shared_ptr<const EncodedPrompt> PromptEncoder::Zeros() {
  const int64_t width = model_.text_encoder->config().hidden_size;
  auto options = at::TensorOptions(model_.device).dtype(model_.precision.network);
  return std::make_shared<EncodedPrompt>(EncodedPrompt{.embeds = at::zeros({kMaxPromptTokens, width}, options),
                                                       .pooled = at::zeros({width}, options)});
}

std::shared_ptr<const EncodedPrompt> PromptEncoder::Recall(const std::string& prompt) {
  auto found = by_prompt_.find(prompt);
  if (found == by_prompt_.end()) return nullptr;
  recent_.splice(recent_.begin(), recent_, found->second);
  return found->second->encoded;
}

void PromptEncoder::Remember(const std::string& prompt, std::shared_ptr<const EncodedPrompt> encoded) {
  recent_.push_front({prompt, std::move(encoded)});
  by_prompt_[prompt] = recent_.begin();
  while (recent_.size() > capacity_) {
    by_prompt_.erase(recent_.back().prompt);
    recent_.pop_back();
  }
}

std::vector<std::shared_ptr<const EncodedPrompt>> PromptEncoder::EncodeBatch(
    std::span<const std::string> prompts) {
  std::vector<int64_t> ids, mask, positions;
  std::vector<std::shared_ptr<EncodedPrompt>> results;
  for (const std::string& prompt : prompts) {
    PromptTokens tokens = model_.tokenizer->Encode(prompt, kMaxPromptTokens);
    ids.insert(ids.end(), tokens.input_ids.begin(), tokens.input_ids.end());
    mask.insert(mask.end(), tokens.attention_mask.begin(), tokens.attention_mask.end());
    positions.insert(positions.end(), tokens.position_ids.begin(), tokens.position_ids.end());
    results.push_back(std::make_shared<EncodedPrompt>(
        EncodedPrompt{.num_tokens = tokens.num_tokens, .truncated = tokens.truncated}));
  }
  auto rows = [&](const std::vector<int64_t>& values) {
    return at::tensor(values, at::kLong).view({-1, kMaxPromptTokens}).to(model_.device);
  };
  TextEncoding encoding = (*model_.text_encoder)(rows(ids), rows(mask), rows(positions));
  for (size_t i = 0; i < results.size(); ++i) {
    // Clones: a remembered row must not keep its whole batch alive.
    results[i]->embeds = encoding.prompt_embeds[i].clone();
    results[i]->pooled = encoding.pooled[i].clone();
  }
  return {results.begin(), results.end()};
}

}  // namespace kolors
