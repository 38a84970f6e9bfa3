#include "core/io/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"

namespace kolors {
namespace {

std::filesystem::path FolderOf(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

// Unique in this process; another process' leftovers, even with our id, are caught by O_EXCL.
std::filesystem::path NextTemporaryName(const std::filesystem::path& path) {
  static std::atomic<uint64_t> counter = 0;
  return FolderOf(path) /
         absl::StrCat(".", path.filename().string(), ".", ::getpid(), "-", counter++, ".tmp");
}

}  // namespace

absl::StatusOr<AtomicFile> AtomicFile::Create(const std::filesystem::path& path) {
  while (true) {
    std::filesystem::path temporary = NextTemporaryName(path);
    FileDescriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (file.valid()) return AtomicFile(path, std::move(temporary), std::move(file));
    if (errno != EEXIST) {
      return absl::ErrnoToStatus(errno, absl::StrCat("create ", temporary.string()));
    }
  }
}

AtomicFile::AtomicFile(std::filesystem::path path, std::filesystem::path temporary,
                       FileDescriptor file)
    : path_(std::move(path)), temporary_(std::move(temporary)), file_(std::move(file)) {}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})),
      file_(std::move(other.file_)) {}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

absl::Status AtomicFile::Error(const char* what) const {
  return absl::ErrnoToStatus(errno, absl::StrCat(what, " ", path_.string()));
}

absl::Status AtomicFile::Write(std::span<const std::byte> bytes) {
  constexpr size_t kMaxWrite = size_t{1} << 30;  // Linux writes at most 2 GiB at once
  while (!bytes.empty()) {
    const ssize_t written = ::write(file_.get(), bytes.data(), std::min(bytes.size(), kMaxWrite));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Error("write");
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status AtomicFile::Commit() {
  if (::fsync(file_.get()) != 0) return Error("fsync");
  if (!file_.Close()) return Error("close");
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) return Error("rename to");
  temporary_.clear();
  const FileDescriptor folder(::open(FolderOf(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // EINVAL: a file system that cannot sync folders, where the rename is as durable as it gets.
  if (!folder.valid() || (::fsync(folder.get()) != 0 && errno != EINVAL)) {
    return Error("fsync the folder of");
  }
  return absl::OkStatus();
}

absl::Status WriteFileAtomically(const std::filesystem::path& path,
                                 std::span<const std::byte> bytes) {
  ASSIGN_OR_RETURN(AtomicFile file, AtomicFile::Create(path));
  RETURN_IF_ERROR(file.Write(bytes));
  return file.Commit();
}

}  // namespace kolors
