// Prompts to what ChatGLM3 reads: SentencePiece ids in ChatGLM's frame, padded on the left.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace kolors {

class SentencePieceModel;

// One prompt, ready for the text encoder; all three vectors have the same length.
struct PromptTokens {
  std::vector<int64_t> input_ids;       // 0 … 0 [gMASK] sop piece piece …
  std::vector<int64_t> attention_mask;  // 0 on padding, 1 elsewhere
  std::vector<int64_t> position_ids;    // 0 on padding, then 0, 1, 2 …
  int num_tokens = 0;                   // special tokens included, before any cut
  bool truncated = false;               // num_tokens was more than there was room for
};

// Immutable, thread-safe.
//
// The frame is that of ChatGLMTokenizer (diffusers: pipelines/kolors/tokenizer.py): [gMASK] and sop
// lie right behind ChatGLM3's SentencePiece vocabulary. Special tokens spelt out in a prompt are text
// like any other.
class ChatGlmTokenizer {
 public:
  // NOT_FOUND: no such file. INVALID_ARGUMENT: not a SentencePiece model.
  static absl::StatusOr<std::unique_ptr<ChatGlmTokenizer>> Load(const std::filesystem::path& path);
  ~ChatGlmTokenizer();

  // text: UTF-8; what is not valid becomes unknown pieces. max_length: at least 2; longer prompts lose
  // their end.
  PromptTokens Encode(std::string_view text, int max_length) const;

  // One more than the largest id that Encode returns.
  int64_t vocab_size() const;

 private:
  explicit ChatGlmTokenizer(std::unique_ptr<SentencePieceModel> pieces);

  std::unique_ptr<SentencePieceModel> pieces_;
};

}  // namespace kolors
