// kolorsctl model …: hands over to kolorsctl-model, which lies beside this program. It reads weights
// and therefore needs the engine's code, which this program does without.
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "client/cli/command.h"

namespace kolors::cli {

namespace {

constexpr char kProgram[] = "kolorsctl-model";

// Returns only if the program cannot be started.
absl::Status Replace(const std::vector<std::string>& arguments) {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::string path = (self.parent_path() / kProgram).string();
  std::vector<char*> argv = {const_cast<char*>(path.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  execv(path.c_str(), argv.data());
  if (errno == ENOENT) {
    return absl::NotFoundError(absl::StrCat("`kolorsctl model` needs the program ", kProgram,
                                            " beside it, and there is no '", path,
                                            "'; install it from the same build."));
  }
  return absl::ErrnoToStatus(errno, absl::StrCat("Cannot start '", path, "'"));
}

}  // namespace

void AddModelCommand(CLI::App& app, CommandContext& context) {
  CLI::App* command = app.add_subcommand(
      "model", "Look at a model's files, without a server: model verify DIR [--vae DIR]");
  // Every argument, --help too, is the other program's.
  command->set_help_flag();
  command->prefix_command();
  command->fallthrough(false);
  command->callback([command, &context] {
    context.body = [command, &context] {
      std::vector<std::string> arguments = command->remaining();
      if (context.flags.json) arguments.push_back("--json");
      return context.Fail(Replace(arguments));
    };
  });
}

}  // namespace kolors::cli
