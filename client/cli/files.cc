#include "client/cli/files.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"

namespace kolors::cli {

namespace {

absl::Status FileError(int error, absl::string_view what, const std::string& path) {
  return absl::ErrnoToStatus(error, absl::StrCat("Cannot ", what, " '", path, "'"));
}

absl::Status WriteAll(int fd, std::string_view data, const std::string& path) {
  while (!data.empty()) {
    const ssize_t written = write(fd, data.data(), data.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return FileError(errno, "write", path);
    data.remove_prefix(static_cast<size_t>(written));
  }
  // mkstemp makes files that nobody else may read; ask for what open() would have given.
  const mode_t mask = umask(0);
  umask(mask);
  if (fchmod(fd, 0666 & ~mask) != 0 || fsync(fd) != 0) return FileError(errno, "write", path);
  return absl::OkStatus();
}

absl::Status Rename(const std::string& from, const std::string& to, bool replace) {
  if (!replace) {
    if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) {
      return absl::OkStatus();
    }
    // Some file systems lack the flag; looking first is the next best thing.
    const bool unsupported = errno == EINVAL || errno == ENOSYS;
    if (!unsupported) return FileError(errno, "create", to);
    if (access(to.c_str(), F_OK) == 0) return FileError(EEXIST, "create", to);
  }
  if (rename(from.c_str(), to.c_str()) != 0) return FileError(errno, "create", to);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  if (std::filesystem::is_directory(path)) return FileError(EISDIR, "read", path);
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  if (!file || !(content << file.rdbuf() || file.peek() == EOF)) {
    return FileError(errno, "read", path);
  }
  return std::move(content).str();
}

absl::Status WriteFileAtomically(const std::string& path, std::string_view data, bool replace) {
  const std::filesystem::path target(path);
  std::string temporary =
      (target.parent_path() / absl::StrCat(".", target.filename().string(), ".XXXXXX")).string();
  const int fd = mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return FileError(errno, "create", path);
  absl::Status status = WriteAll(fd, data, path);
  if (close(fd) != 0 && status.ok()) status = FileError(errno, "write", path);
  if (status.ok()) status = Rename(temporary, path, replace);
  if (!status.ok()) unlink(temporary.c_str());
  return status;
}

}  // namespace kolors::cli
