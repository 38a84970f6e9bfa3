// SentencePiece behind a face without absl: its headers bring an absl of their own, so no file may
// see both.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kolors {

// Immutable, thread-safe.
class SentencePieceModel {
 public:
  // Null if the file cannot be read or is no model; *error then says why.
  static std::unique_ptr<SentencePieceModel> Load(const std::string& path, std::string* error);
  ~SentencePieceModel();

  // Never fails: text that is not UTF-8 becomes unknown pieces.
  std::vector<int> Encode(std::string_view text) const;
  int size() const;

 private:
  struct Impl;
  explicit SentencePieceModel(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace kolors
