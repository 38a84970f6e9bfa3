// Files that appear whole or not at all, also after a crash or a power cut.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/io/file_descriptor.h"

namespace kolors {

// Writes to a temporary name (".NAME.PID-N.tmp") in the target's folder; Commit makes it durable
// and renames it over the target. Destroyed without Commit, it removes what it wrote and the target
// stays as it was. Not thread-safe; several writers of one path do not disturb each other, the last
// Commit wins.
class AtomicFile {
 public:
  // NOT_FOUND: the folder does not exist. Other codes as the operating system says.
  static absl::StatusOr<AtomicFile> Create(const std::filesystem::path& path);

  ~AtomicFile();
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;

  // Appends. RESOURCE_EXHAUSTED: the disk is full.
  absl::Status Write(std::span<const std::byte> bytes);
  // fsync, rename, fsync of the folder. Once; nothing may be written after it.
  absl::Status Commit();

 private:
  AtomicFile(std::filesystem::path path, std::filesystem::path temporary, FileDescriptor file);
  absl::Status Error(const char* what) const;  // from errno

  std::filesystem::path path_;
  std::filesystem::path temporary_;  // empty: nothing left to remove
  FileDescriptor file_;
};

absl::Status WriteFileAtomically(const std::filesystem::path& path,
                                 std::span<const std::byte> bytes);

}  // namespace kolors
