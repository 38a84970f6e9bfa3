#include "core/io/model_folder.h"

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace kolors {
namespace {

namespace fs = std::filesystem;

bool IsFile(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

// The published layouts differ in where the tokenizer lies; whichever is there says which this is.
void FindTokenizer(ModelFolder& folder, std::vector<std::string>& missing) {
  const fs::path beside_encoder = folder.text_encoder / "tokenizer.model";
  const fs::path own_folder = folder.root / "tokenizer" / "tokenizer.model";
  const bool pickled = IsFile(folder.text_encoder / "pytorch_model.bin.index.json") ||
                       IsFile(folder.text_encoder / "pytorch_model.bin");
  folder.layout = pickled ? ModelLayout::kKolors : ModelLayout::kDiffusers;
  if (IsFile(own_folder)) {
    folder.tokenizer_model = own_folder;
  } else if (IsFile(beside_encoder)) {
    folder.tokenizer_model = beside_encoder;
  } else {
    missing.push_back(absl::StrCat("the tokenizer (", own_folder.string(), " or ", beside_encoder.string(), ")"));
  }
}

}  // namespace

absl::StatusOr<ModelFolder> OpenModelFolder(const fs::path& root, const fs::path& vae_dir) {
  std::error_code error;
  if (!fs::is_directory(root, error)) {
    return absl::NotFoundError(absl::StrCat("no model folder at '", root.string(), "'",
                                            error && error != std::errc::no_such_file_or_directory
                                                ? absl::StrCat(": ", error.message())
                                                : ""));
  }
  ModelFolder folder{.root = root,
                     .text_encoder = root / "text_encoder",
                     .unet = root / "unet",
                     .vae = vae_dir.empty() ? root / "vae" : vae_dir,
                     .scheduler_config = root / "scheduler" / "scheduler_config.json",
                     .model_index = root / "model_index.json"};
  std::vector<std::string> missing;
  for (const fs::path& part : {folder.text_encoder, folder.unet, folder.vae}) {
    if (!IsFile(part / "config.json")) missing.push_back((part / "config.json").string());
  }
  if (!IsFile(folder.scheduler_config)) missing.push_back(folder.scheduler_config.string());
  FindTokenizer(folder, missing);
  if (missing.empty()) return folder;
  return absl::NotFoundError(absl::StrCat("'", root.string(), "' is no whole Kolors model; missing: ",
                                          absl::StrJoin(missing, ", ")));
}

}  // namespace kolors
