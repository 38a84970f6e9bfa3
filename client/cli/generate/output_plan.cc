#include "client/cli/generate/output_plan.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "client/cli/files.h"

namespace kolors::cli {

namespace {

namespace fs = std::filesystem;
using client::ImageFormat;

bool IsFolder(const std::string& output) {
  return absl::EndsWith(output, "/") || fs::is_directory(output);
}

bool NamesTheImage(const std::string& pattern) {
  return absl::StrContains(pattern, "{seed}") || absl::StrContains(pattern, "{index}");
}

std::string Extension(const std::string& path) {
  return absl::AsciiStrToLower(fs::path(path).extension().string());
}

// "a/b.png" + "-2" = "a/b-2.png"
std::string WithSuffix(const std::string& path, const std::string& suffix) {
  const fs::path name(path);
  return (name.parent_path() / absl::StrCat(name.stem().string(), suffix,
                                            name.extension().string()))
      .string();
}

std::string Fill(const std::string& pattern, int index, uint64_t seed) {
  return absl::StrReplaceAll(
      pattern, {{"{index}", absl::StrCat(index)}, {"{seed}", absl::StrCat(seed)}});
}

absl::Status CheckFolder(const std::string& output, const std::string& pattern) {
  const fs::path folder = fs::path(pattern).parent_path();
  if (folder.empty()) return absl::OkStatus();
  std::error_code error;
  if (absl::EndsWith(output, "/")) fs::create_directories(folder, error);
  if (error) {
    return absl::InvalidArgumentError(absl::StrCat("Cannot create the folder '", folder.string(),
                                                   "': ", error.message(), "."));
  }
  if (!fs::is_directory(folder)) {
    return absl::InvalidArgumentError(absl::StrCat("The folder '", folder.string(),
                                                   "' for the images does not exist; create it, or "
                                                   "write --output ", folder.string(),
                                                   "/ to have it created."));
  }
  return absl::OkStatus();
}

absl::Status CheckWritable(const std::string& pattern) {
  const fs::path folder = fs::path(pattern).parent_path();
  const std::string name = folder.empty() ? "." : folder.string();
  if (access(name.c_str(), W_OK | X_OK) == 0) return absl::OkStatus();
  return absl::PermissionDeniedError(absl::StrCat("No image can be written to the folder '", name,
                                                  "'; choose another with --output."));
}

absl::Status CheckNotThere(const std::string& pattern, int num_images) {
  if (absl::StrContains(pattern, "{seed}")) return absl::OkStatus();
  for (int index = 0; index < num_images; ++index) {
    const std::string name = Fill(pattern, index, 0);
    if (fs::exists(name)) {
      return absl::AlreadyExistsError(
          absl::StrCat("'", name, "' exists already; choose another name, or --force."));
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::string FormatName(ImageFormat format) {
  switch (format) {
    case ImageFormat::kJpeg:
      return "jpeg";
    case ImageFormat::kWebp:
      return "webp";
    case ImageFormat::kPng:
      break;
  }
  return "png";
}

std::optional<ImageFormat> ParseFormatName(const std::string& name) {
  if (name == "png") return ImageFormat::kPng;
  if (name == "jpeg" || name == "jpg") return ImageFormat::kJpeg;
  if (name == "webp") return ImageFormat::kWebp;
  return std::nullopt;
}

absl::StatusOr<std::optional<ImageFormat>> FormatFromOutput(const std::string& output) {
  const std::string extension = Extension(output);
  if (output.empty() || output == "-" || IsFolder(output) || extension.empty()) {
    return std::optional<ImageFormat>();
  }
  if (auto format = ParseFormatName(extension.substr(1))) return format;
  return absl::InvalidArgumentError(absl::StrCat(
      "Images are written as .png, .jpg or .webp, not '", extension, "'; change --output."));
}

absl::StatusOr<OutputPlan> OutputPlan::Make(const std::string& output, ImageFormat format,
                                            int num_images, bool force) {
  if (output == "-") {
    if (num_images == 1) return OutputPlan("-", force);
    return absl::InvalidArgumentError(
        "Standard output takes one image; write several to files with --output.");
  }
  const std::string extension = format == ImageFormat::kJpeg ? ".jpg" : "." + FormatName(format);
  std::string pattern = output;
  bool chosen_by_us = false;
  if (output.empty() || IsFolder(output)) {
    pattern = (fs::path(output) / ("image-{seed}" + extension)).string();
    chosen_by_us = true;
  } else {
    if (Extension(pattern).empty()) pattern += extension;
    if (num_images > 1 && !NamesTheImage(pattern)) pattern = WithSuffix(pattern, "-{index}");
  }
  if (absl::Status folder = CheckFolder(output, pattern); !folder.ok()) return folder;
  if (absl::Status writable = CheckWritable(pattern); !writable.ok()) return writable;
  if (!force && !chosen_by_us) {
    if (absl::Status there = CheckNotThere(pattern, num_images); !there.ok()) return there;
  }
  return OutputPlan(std::move(pattern), force);
}

absl::StatusOr<std::string> OutputPlan::Save(const client::GeneratedImage& image,
                                             std::ostream& out) const {
  if (to_stdout()) {
    out.write(image.data.data(), static_cast<std::streamsize>(image.data.size())).flush();
    if (!out) return absl::DataLossError("Standard output did not take the whole image.");
    return std::string("-");
  }
  const std::string name = Fill(pattern_, image.image_index, image.seed);
  // Even a name that was free when the drawing began may be taken by now: the image is not lost.
  for (int copy = 1;; ++copy) {
    const std::string path = copy == 1 ? name : WithSuffix(name, absl::StrCat("-", copy));
    absl::Status status = WriteFileAtomically(path, image.data, force_);
    if (status.ok()) return path;
    if (!absl::IsAlreadyExists(status)) return status;
  }
}

}  // namespace kolors::cli
