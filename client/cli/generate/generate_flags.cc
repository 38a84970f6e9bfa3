#include "client/cli/generate/generate_flags.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client/cli/files.h"
#include "client/cli/generate/output_plan.h"
#include "client/cli/generate/picture.h"
#include "core/base/status_macros.h"

namespace kolors::cli {

namespace {

using client::GenerateOptions;

void AddPromptFlags(CLI::App& command, GenerateFlags& flags) {
  const std::string group = "What to draw";
  command.add_option("prompt", flags.prompt, "What to draw, in Chinese or English; quote it")
      ->type_name("PROMPT");
  command.add_option("--prompt-file", flags.prompt_file, "Read the prompt from a file; - is stdin")
      ->type_name("FILE")
      ->group(group);
  command
      .add_option("--from", flags.from,
                  "Repeat the image in this file, as its metadata says; other flags override")
      ->type_name("FILE")
      ->group(group);
  command.add_option("--negative-prompt,--negative", flags.negative_prompt, "What to avoid")
      ->type_name("TEXT")
      ->group(group);
  command.add_option("--size", flags.size, "Width and height in pixels, as in 1024x768")
      ->type_name("WxH")
      ->group(group);
  command.add_option("--width", flags.width, "Pixels, a multiple of 8")
      ->type_name("PIXELS")
      ->group(group);
  command.add_option("--height", flags.height, "Pixels, a multiple of 8")
      ->type_name("PIXELS")
      ->group(group);
  command.add_option("--seed", flags.seed, "Seed of the first image; image i uses seed + i [random]")
      ->type_name("N")
      ->group(group);
  command.add_option("-n,--num-images", flags.num_images, "Images to draw [1]")
      ->type_name("N")
      ->group(group);
}

void AddSamplingFlags(CLI::App& command, GenerateFlags& flags) {
  const std::string group = "How to draw it";
  command
      .add_option("--num-inference-steps,--steps", flags.num_inference_steps,
                  "Denoising steps [50]")
      ->type_name("N")
      ->group(group);
  command
      .add_option("--guidance-scale,--guidance", flags.guidance_scale,
                  "How closely to follow the prompt; 1: no guidance [5]")
      ->type_name("X")
      ->group(group);
  command.add_option("--sampler", flags.sampler, "Sampler [the model's own]")
      ->check(CLI::IsMember(client::SamplerNames()))
      ->type_name("")
      ->group(group);
  command
      .add_option("--adapter", flags.adapters,
                  "A trained adapter and its strength, as in style:0.8; may be repeated")
      ->type_name("NAME[:SCALE]")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->group(group);
  command
      .add_option("--noise-source,--noise", flags.noise_source,
                  "Whose random numbers: cpu draws the same image on every machine [cpu]")
      ->check(CLI::IsMember({"cpu", "device"}))
      ->type_name("")
      ->group(group);
  command.add_option("--priority", flags.priority, "Place in the queue [normal]")
      ->check(CLI::IsMember({"low", "normal", "high"}))
      ->type_name("")
      ->group(group);
}

void AddOutputFlags(CLI::App& command, GenerateFlags& flags) {
  const std::string group = "Output";
  command
      .add_option("-o,--output", flags.output,
                  "File, folder, name with {seed} or {index}, or - [image-{seed}.png]")
      ->type_name("PATH")
      ->group(group);
  command.add_option("--format", flags.format, "Image format [by the output's name, else png]")
      ->check(CLI::IsMember({"png", "jpeg", "webp"}))
      ->type_name("")
      ->group(group);
  command.add_option("--quality", flags.quality, "JPEG and WebP quality, 1 to 100 [92]")
      ->type_name("N")
      ->group(group);
  command.add_flag("--no-metadata", flags.no_metadata, "Leave prompt and parameters out of the file")
      ->group(group);
  command.add_flag("--force", flags.force, "Overwrite files that are there already")->group(group);
  command
      .add_option("--preview", flags.preview,
                  "How to show pictures in the terminal [auto: the best it can]")
      ->check(CLI::IsMember({"auto", "kitty", "sixel", "blocks", "none"}))
      ->type_name("")
      ->group(group);
  command
      .add_option("--preview-interval-steps,--preview-every", flags.preview_interval_steps,
                  "A preview every N steps; 0: none [a tenth of the steps if they can be shown]")
      ->type_name("N")
      ->group(group);
}

absl::StatusOr<std::string> ReadPromptFile(const std::string& path, std::istream& in) {
  std::string text;
  if (path == "-") {
    text.assign(std::istreambuf_iterator<char>(in), {});
  } else {
    ASSIGN_OR_RETURN(text, ReadFile(path));
  }
  // The line end that every editor adds is not part of the prompt.
  return std::string(absl::StripSuffix(absl::StripSuffix(text, "\n"), "\r"));
}

absl::StatusOr<GenerateOptions> StartingPoint(const GenerateFlags& flags, std::istream& in) {
  GenerateOptions options;
  if (flags.from) {
    ASSIGN_OR_RETURN(options, ReadPictureOptions(*flags.from));
  }
  if (flags.prompt && flags.prompt_file) {
    return absl::InvalidArgumentError("Give either a prompt or --prompt-file, not both.");
  }
  if (flags.prompt) options.prompt = *flags.prompt;
  if (flags.prompt_file) {
    ASSIGN_OR_RETURN(options.prompt, ReadPromptFile(*flags.prompt_file, in));
  }
  if (!flags.prompt && !flags.prompt_file && !flags.from) {
    return absl::InvalidArgumentError(
        "A prompt is missing: kolorsctl generate \"a cat wearing a red scarf\".");
  }
  return options;
}

absl::Status ApplySize(const GenerateFlags& flags, GenerateOptions& options) {
  if (flags.size) {
    if (flags.width || flags.height) {
      return absl::InvalidArgumentError("Give either --size or --width and --height, not both.");
    }
    ASSIGN_OR_RETURN(std::tie(options.width, options.height), ParseSize(*flags.size));
  }
  if (flags.width) options.width = *flags.width;
  if (flags.height) options.height = *flags.height;
  return absl::OkStatus();
}

absl::Status ApplyFormat(const GenerateFlags& flags, GenerateOptions& options) {
  ASSIGN_OR_RETURN(const auto by_name, FormatFromOutput(flags.output));
  if (flags.format) {
    options.format = *ParseFormatName(*flags.format);
    if (by_name && *by_name != options.format) {
      return absl::InvalidArgumentError(absl::StrCat("--output '", flags.output, "' and --format ",
                                                     *flags.format, " disagree."));
    }
  } else if (by_name) {
    options.format = *by_name;
  }
  return absl::OkStatus();
}

client::Priority ParsePriority(const std::string& name) {
  if (name == "low") return client::Priority::kLow;
  return name == "high" ? client::Priority::kHigh : client::Priority::kNormal;
}

}  // namespace

void AddGenerateFlags(CLI::App& command, GenerateFlags& flags) {
  AddPromptFlags(command, flags);
  AddSamplingFlags(command, flags);
  AddOutputFlags(command, flags);
}

absl::StatusOr<std::pair<int, int>> ParseSize(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, absl::ByAnyChar("xX"));
  int width = 0;
  int height = 0;
  if (parts.size() == 2 && absl::SimpleAtoi(parts[0], &width) &&
      absl::SimpleAtoi(parts[1], &height)) {
    return std::pair(width, height);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--size '", text, "' is not WIDTHxHEIGHT, as in 1024x768."));
}

absl::StatusOr<client::AdapterUse> ParseAdapter(const std::string& text) {
  const size_t colon = text.rfind(':');
  client::AdapterUse use{.adapter = text.substr(0, colon)};
  float scale = 0;
  const bool scale_given = colon != std::string::npos;
  if (use.adapter.empty() || (scale_given && !absl::SimpleAtof(text.substr(colon + 1), &scale))) {
    return absl::InvalidArgumentError(
        absl::StrCat("--adapter '", text, "' is not NAME or NAME:SCALE, as in style:0.8."));
  }
  if (scale_given) use.scale = scale;
  return use;
}

absl::StatusOr<GenerateOptions> MakeGenerateOptions(const GenerateFlags& flags, std::istream& in) {
  ASSIGN_OR_RETURN(GenerateOptions options, StartingPoint(flags, in));
  RETURN_IF_ERROR(ApplySize(flags, options));
  RETURN_IF_ERROR(ApplyFormat(flags, options));
  if (flags.negative_prompt) options.negative_prompt = flags.negative_prompt;
  if (flags.num_inference_steps) options.num_inference_steps = *flags.num_inference_steps;
  if (flags.guidance_scale) options.guidance_scale = flags.guidance_scale;
  if (flags.seed) options.seed = flags.seed;
  if (flags.num_images) options.num_images = *flags.num_images;
  if (flags.sampler) options.sampler = *flags.sampler;
  if (!flags.adapters.empty()) options.adapters.clear();
  for (const std::string& text : flags.adapters) {
    ASSIGN_OR_RETURN(client::AdapterUse use, ParseAdapter(text));
    options.adapters.push_back(std::move(use));
  }
  if (flags.quality) options.quality = flags.quality;
  if (flags.no_metadata) options.embed_metadata = false;
  if (flags.priority) options.priority = ParsePriority(*flags.priority);
  if (flags.noise_source) {
    options.noise_source = *flags.noise_source == "device" ? client::NoiseSource::kDevice
                                                           : client::NoiseSource::kCpu;
  }
  options.preview_interval_steps = flags.preview_interval_steps.value_or(0);
  return options;
}

}  // namespace kolors::cli
