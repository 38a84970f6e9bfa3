#include "core/text/sentencepiece_model.h"

#include <sentencepiece_processor.h>

#include <utility>

namespace kolors {

struct SentencePieceModel::Impl {
  sentencepiece::SentencePieceProcessor processor;
};

SentencePieceModel::SentencePieceModel(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SentencePieceModel::~SentencePieceModel() = default;

std::unique_ptr<SentencePieceModel> SentencePieceModel::Load(const std::string& path, std::string* error) {
  auto impl = std::make_unique<Impl>();
  if (auto status = impl->processor.Load(path); !status.ok()) {
    *error = status.message();
    return nullptr;
  }
  return std::unique_ptr<SentencePieceModel>(new SentencePieceModel(std::move(impl)));
}

std::vector<int> SentencePieceModel::Encode(std::string_view text) const { return impl_->processor.EncodeAsIds(text); }

int SentencePieceModel::size() const { return impl_->processor.GetPieceSize(); }

}  // namespace kolors
