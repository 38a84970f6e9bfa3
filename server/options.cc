#include "server/options.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "core/base/status_macros.h"
#include "core/base/suggestion.h"

namespace kolors {
namespace {

constexpr const char* kPrecisions[] = {"fp32", "fp16", "bf16", "fp8"};

// One option, whichever way it comes in.
struct Option {
  std::string flag;  // "max-batch-images"
  std::string value_name;
  std::string help;
  // Returns what is wrong, or nothing.
  std::function<std::optional<std::string>(ServerOptions&, const std::string&)> set;
  std::function<std::string(const ServerOptions&)> get;

  std::string key() const { return absl::StrReplaceAll(flag, {{"-", "_"}}); }
  std::string variable() const { return "KOLORS_" + absl::AsciiStrToUpper(key()); }
};

template <typename Field>  // Field: ServerOptions& -> std::string&
Option Text(std::string flag, std::string value_name, std::string help, Field field) {
  return {.flag = std::move(flag), .value_name = std::move(value_name), .help = std::move(help),
          .set = [field](ServerOptions& options, const std::string& text) -> std::optional<std::string> {
            field(options) = text;
            return std::nullopt;
          },
          .get = [field](ServerOptions options) { return field(options); }};
}

template <typename Field>
Option OneOf(std::string flag, std::vector<std::string> choices, std::string help, Field field) {
  Option option = Text(std::move(flag), "NAME", std::move(help), field);
  option.set = [field, choices](ServerOptions& options, const std::string& text) -> std::optional<std::string> {
    if (std::ranges::find(choices, text) == choices.end()) {
      std::string names = choices[0];
      for (size_t i = 1; i < choices.size(); ++i) absl::StrAppend(&names, ", ", choices[i]);
      return absl::StrCat("must be one of ", names);
    }
    field(options) = text;
    return std::nullopt;
  };
  return option;
}

template <typename Field>
Option Number(std::string flag, int min, int max, std::string help, Field field) {
  return {.flag = std::move(flag), .value_name = "N", .help = std::move(help),
          .set = [=](ServerOptions& options, const std::string& text) -> std::optional<std::string> {
            int number = 0;
            if (!absl::SimpleAtoi(text, &number) || number < min || number > max) {
              return absl::StrCat("must be a whole number from ", min, " to ", max);
            }
            field(options) = number;
            return std::nullopt;
          },
          .get = [field](ServerOptions options) { return absl::StrCat(field(options)); }};
}

std::optional<std::string> SetPrecision(ServerOptions& options, const std::string& text) {
  for (int i = 0; i < 4; ++i) {
    if (text == kPrecisions[i]) {
      options.engine.precision = static_cast<Precision>(i);
      return std::nullopt;
    }
  }
  return "must be fp32, fp16, bf16 or fp8";
}

// "1024x1024,512x768"
std::optional<std::string> SetWarmupSizes(ServerOptions& options, const std::string& text) {
  options.engine.warmup_sizes.clear();
  for (absl::string_view size : absl::StrSplit(text, ',', absl::SkipWhitespace())) {
    const std::vector<absl::string_view> sides = absl::StrSplit(size, 'x');
    int width = 0, height = 0;
    if (sides.size() != 2 || !absl::SimpleAtoi(sides[0], &width) || !absl::SimpleAtoi(sides[1], &height)) {
      return "must be sizes like 1024x1024,512x768";
    }
    options.engine.warmup_sizes.emplace_back(width, height);
  }
  return std::nullopt;
}

std::string GetWarmupSizes(const ServerOptions& options) {
  std::string text;
  for (auto [width, height] : options.engine.warmup_sizes) {
    absl::StrAppend(&text, text.empty() ? "" : ",", width, "x", height);
  }
  return text;
}

std::optional<std::string> SetDrainTimeout(ServerOptions& options, const std::string& text) {
  if (absl::SimpleAtod(text, &options.drain_timeout_seconds) && options.drain_timeout_seconds >= 0 &&
      options.drain_timeout_seconds <= 86400) {
    return std::nullopt;
  }
  return "must be seconds from 0 to 86400";
}

std::optional<std::string> SetLogPrompts(ServerOptions& options, const std::string& text) {
  if (absl::SimpleAtob(text, &options.log_prompts)) return std::nullopt;
  return "must be true or false";
}

std::vector<Option> MakeTable() {
  auto engine = [](auto member) { return [member](ServerOptions& o) -> auto& { return o.engine.*member; }; };
  auto own = [](auto member) { return [member](ServerOptions& o) -> auto& { return o.*member; }; };
  return {
      Text("model", "DIR", "Kolors model folder, either published layout (required)", engine(&EngineOptions::model_dir)),
      Text("vae", "DIR", "folder of another VAE, for example sdxl-vae-fp16-fix", engine(&EngineOptions::vae_dir)),
      Text("device", "NAME", "cpu, cuda or cuda:N", engine(&EngineOptions::device)),
      {.flag = "precision", .value_name = "NAME", .help = "fp32, fp16 or bf16, of weights and activations",
       .set = SetPrecision,
       .get = [](const ServerOptions& o) { return std::string(kPrecisions[static_cast<int>(o.engine.precision)]); }},
      Text("listen", "HOST:PORT", "where gRPC is served; port 0: any free one", own(&ServerOptions::listen)),
      Text("metrics-listen", "HOST:PORT", "where /metrics, /healthz and /readyz are served; empty: nowhere",
           own(&ServerOptions::metrics_listen)),
      Number("cpu-threads", 0, 1024, "threads of CPU arithmetic; 0: one a core", engine(&EngineOptions::cpu_threads)),
      Number("max-queued-requests", 1, 1000000, "requests waiting or running before QUEUE_FULL",
             engine(&EngineOptions::max_queued_requests)),
      Number("max-active-images", 1, 4096, "images whose latents are on the device at once",
             engine(&EngineOptions::max_active_images)),
      Number("max-batch-images", 0, 256, "images in one denoising step; 1: no batching; 0: what suits the device",
             engine(&EngineOptions::max_batch_images)),
      Number("prompt-cache-entries", 0, 1000000, "encoded prompts kept on the device",
             engine(&EngineOptions::prompt_cache_entries)),
      {.flag = "warmup-sizes", .value_name = "WxH,…", .help = "sizes drawn once before serving; empty: the model's own",
       .set = SetWarmupSizes, .get = GetWarmupSizes},
      {.flag = "drain-timeout-seconds", .value_name = "S", .help = "time for accepted work after SIGTERM",
       .set = SetDrainTimeout, .get = [](const ServerOptions& o) { return absl::StrCat(o.drain_timeout_seconds); }},
      OneOf("log-level", {"debug", "info", "warning", "error"}, "least important lines that are shown",
            own(&ServerOptions::log_level)),
      OneOf("log-format", {"auto", "text", "json"}, "auto: text on a terminal, JSON elsewhere",
            own(&ServerOptions::log_format)),
      {.flag = "log-prompts", .value_name = "BOOL", .help = "write prompts into the log", .set = SetLogPrompts,
       .get = [](const ServerOptions& o) { return std::string(o.log_prompts ? "true" : "false"); }},
  };
}

const std::vector<Option>& Table() {
  static const auto* table = new std::vector<Option>(MakeTable());
  return *table;
}

absl::Status Apply(const Option& option, const std::string& name, const std::string& text, ServerOptions& options) {
  if (auto problem = option.set(options, text)) {
    return absl::InvalidArgumentError(absl::StrCat(name, " ", *problem, ", is '", text, "'"));
  }
  return absl::OkStatus();
}

absl::Status Unknown(const std::string& what, const std::string& name, const std::vector<std::string>& known) {
  std::string message = absl::StrCat(what, " '", name, "' does not exist");
  if (auto meant = ClosestName(name, known)) absl::StrAppend(&message, "; did you mean '", *meant, "'?");
  return absl::InvalidArgumentError(message);
}

absl::Status ApplyYamlEntry(const std::string& path, const YAML::Node& key, const YAML::Node& value,
                            ServerOptions& options) {
  const std::string name = key.as<std::string>();
  std::vector<std::string> known;
  for (const Option& option : Table()) {
    known.push_back(option.key());
    if (option.key() != name) continue;
    if (!value.IsScalar() && !value.IsNull()) {
      return absl::InvalidArgumentError(absl::StrCat(path, ": ", name, " must be one value"));
    }
    return Apply(option, absl::StrCat(path, ": ", name), value.IsNull() ? "" : value.as<std::string>(), options);
  }
  return Unknown(absl::StrCat(path, ": option"), name, known);
}

absl::Status ApplyYaml(const std::string& path, ServerOptions& options) {
  try {
    const YAML::Node file = YAML::LoadFile(path);
    if (file.IsNull()) return absl::OkStatus();
    if (!file.IsMap()) return absl::InvalidArgumentError(absl::StrCat(path, " must map options to values"));
    for (const auto& entry : file) RETURN_IF_ERROR(ApplyYamlEntry(path, entry.first, entry.second, options));
    return absl::OkStatus();
  } catch (const YAML::BadFile&) {
    return absl::NotFoundError(absl::StrCat("cannot read --config ", path));
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is not YAML: ", error.what()));
  }
}

absl::Status ApplyEnvironment(ServerOptions& options) {
  for (const Option& option : Table()) {
    if (const char* value = std::getenv(option.variable().c_str())) {
      RETURN_IF_ERROR(Apply(option, option.variable(), value, options));
    }
  }
  return absl::OkStatus();
}

struct Flags {
  CommandLine::Action action = CommandLine::Action::kServe;
  std::string config;
  std::vector<std::pair<const Option*, std::string>> values;
};

std::optional<CommandLine::Action> ParseAction(const std::string& name) {
  using Action = CommandLine::Action;
  if (name == "help") return Action::kHelp;
  if (name == "version") return Action::kVersion;
  if (name == "check-config") return Action::kCheckConfig;
  if (name == "print-config") return Action::kPrintConfig;
  return std::nullopt;
}

absl::StatusOr<const Option*> FindFlag(const std::string& name) {
  std::vector<std::string> known = {"--config", "--help", "--version", "--check-config", "--print-config"};
  for (const Option& option : Table()) {
    if (option.flag == name) return &option;
    known.push_back("--" + option.flag);
  }
  return Unknown("option", "--" + name, known);
}

absl::StatusOr<Flags> ParseFlags(std::span<const std::string> arguments) {
  Flags flags;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "-h") flags.action = CommandLine::Action::kHelp;
    if (arguments[i] == "-h") continue;
    if (!arguments[i].starts_with("--")) {
      return absl::InvalidArgumentError(absl::StrCat("'", arguments[i], "' is no option; options begin with --"));
    }
    const size_t equals = arguments[i].find('=');
    const std::string name = arguments[i].substr(2, equals == std::string::npos ? equals : equals - 2);
    if (auto action = ParseAction(name)) {
      flags.action = *action;
      continue;
    }
    const Option* option = nullptr;
    if (name != "config") {
      ASSIGN_OR_RETURN(option, FindFlag(name));
    }
    if (equals == std::string::npos && i + 1 == arguments.size()) {
      return absl::InvalidArgumentError(absl::StrCat("--", name, " needs a value"));
    }
    std::string value = equals == std::string::npos ? arguments[++i] : arguments[i].substr(equals + 1);
    if (option == nullptr) {
      flags.config = std::move(value);
    } else {
      flags.values.emplace_back(option, std::move(value));
    }
  }
  return flags;
}

}  // namespace

absl::StatusOr<CommandLine> ParseCommandLine(std::span<const std::string> arguments) {
  ASSIGN_OR_RETURN(const Flags flags, ParseFlags(arguments));
  CommandLine line{.action = flags.action};
  line.options.engine.max_batch_images = 0;
  if (!flags.config.empty()) RETURN_IF_ERROR(ApplyYaml(flags.config, line.options));
  RETURN_IF_ERROR(ApplyEnvironment(line.options));
  for (const auto& [option, value] : flags.values) {
    RETURN_IF_ERROR(Apply(*option, "--" + option->flag, value, line.options));
  }
  const bool needs_model = flags.action == CommandLine::Action::kServe || flags.action == CommandLine::Action::kCheckConfig;
  if (needs_model && line.options.engine.model_dir.empty()) {
    return absl::InvalidArgumentError("--model DIR is missing: the folder of a Kolors model");
  }
  return line;
}

std::string HelpText() {
  std::string text = "kolorsd --model DIR [OPTION…]: draws images with Kolors, over gRPC\n\n";
  const ServerOptions defaults{.engine = {.max_batch_images = 0}};
  for (const Option& option : Table()) {
    std::string left = absl::StrCat("  --", option.flag, " ", option.value_name);
    left.resize(std::max<size_t>(left.size() + 1, 34), ' ');
    const std::string value = option.get(defaults);
    absl::StrAppend(&text, left, option.help, value.empty() ? "" : absl::StrCat(" [", value, "]"), "\n");
  }
  absl::StrAppend(&text,
                  "  --config FILE                   YAML with these options (underscores for hyphens)\n"
                  "  --check-config, --print-config  look at the options and end\n"
                  "  --help, --version\n\n"
                  "KOLORS_MAX_BATCH_IMAGES=4 in the environment is --max-batch-images 4, and so for every option;\n"
                  "a flag wins over the environment, that over the file.\n");
  return text;
}

std::string ConfigText(const ServerOptions& options) {
  YAML::Emitter out;
  out << YAML::BeginMap;
  for (const Option& option : Table()) {
    out << YAML::Key << option.key() << YAML::Value << option.get(options) << YAML::Comment(option.help);
  }
  out << YAML::EndMap;
  return std::string(out.c_str()) + "\n";
}

}  // namespace kolors
