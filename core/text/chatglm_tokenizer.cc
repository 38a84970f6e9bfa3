#include "core/text/chatglm_tokenizer.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/check.h"
#include "core/text/sentencepiece_model.h"

namespace kolors {
namespace {

// Behind the SentencePiece vocabulary follow [MASK], [gMASK], [sMASK], sop, eop.
constexpr int kGMaskOffset = 1;
constexpr int kSopOffset = 3;

}  // namespace

ChatGlmTokenizer::ChatGlmTokenizer(std::unique_ptr<SentencePieceModel> pieces) : pieces_(std::move(pieces)) {}
ChatGlmTokenizer::~ChatGlmTokenizer() = default;

absl::StatusOr<std::unique_ptr<ChatGlmTokenizer>> ChatGlmTokenizer::Load(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return absl::NotFoundError(absl::StrCat("no tokenizer at ", path.string()));
  }
  std::string why;
  auto pieces = SentencePieceModel::Load(path.string(), &why);
  if (pieces == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(path.string(), " is not a SentencePiece model: ", why));
  }
  return std::unique_ptr<ChatGlmTokenizer>(new ChatGlmTokenizer(std::move(pieces)));
}

PromptTokens ChatGlmTokenizer::Encode(std::string_view text, int max_length) const {
  KOLORS_CHECK(max_length >= 2);
  const std::vector<int> text_ids = pieces_->Encode(text);
  std::vector<int64_t> ids = {pieces_->size() + kGMaskOffset, pieces_->size() + kSopOffset};
  ids.insert(ids.end(), text_ids.begin(), text_ids.end());

  PromptTokens tokens;
  tokens.num_tokens = static_cast<int>(ids.size());
  tokens.truncated = tokens.num_tokens > max_length;
  ids.resize(std::min<size_t>(ids.size(), max_length));

  const size_t padding = max_length - ids.size();
  tokens.input_ids.assign(padding, 0);
  tokens.attention_mask.assign(padding, 0);
  tokens.position_ids.assign(padding, 0);
  for (size_t i = 0; i < ids.size(); ++i) {
    tokens.input_ids.push_back(ids[i]);
    tokens.attention_mask.push_back(1);
    tokens.position_ids.push_back(static_cast<int64_t>(i));
  }
  return tokens;
}

int64_t ChatGlmTokenizer::vocab_size() const { return pieces_->size() + kSopOffset + 1; }

}  // namespace kolors
