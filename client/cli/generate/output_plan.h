// Where the images of one request go.
#pragma once

#include <optional>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kolors/images.h"

namespace kolors::cli {

// "png", "jpeg", "webp".
std::string FormatName(client::ImageFormat format);
std::optional<client::ImageFormat> ParseFormatName(const std::string& name);

// What the output's extension says: INVALID_ARGUMENT for an image type that cannot be written,
// nullopt if it says nothing (no name, a folder, "-", no extension).
absl::StatusOr<std::optional<client::ImageFormat>> FormatFromOutput(const std::string& output);

// The image's name on disk:
//   ""         image-{seed}.png in the current folder
//   DIR, DIR/  the same in that folder (with the slash it is created)
//   NAME       {seed} and {index} are filled in; several images without either get -{index}
//   -          standard output (one image only)
// A file that is there already is never touched unless `force`: a name given in full is refused before
// anything is drawn, any other name gets -2, -3 …
class OutputPlan {
 public:
  // Checks all that can be known beforehand and creates the folder if asked to.
  static absl::StatusOr<OutputPlan> Make(const std::string& output, client::ImageFormat format,
                                         int num_images, bool force);

  bool to_stdout() const { return pattern_ == "-"; }

  // Writes the file and returns its name ("-" for standard output).
  absl::StatusOr<std::string> Save(const client::GeneratedImage& image, std::ostream& out) const;

 private:
  OutputPlan(std::string pattern, bool force) : pattern_(std::move(pattern)), force_(force) {}

  std::string pattern_;
  bool force_;
};

}  // namespace kolors::cli
