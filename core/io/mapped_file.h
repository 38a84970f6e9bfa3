// A file as read-only memory.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "absl/status/statusor.h"

namespace kolors {

// Immutable and thread-safe. Pages are read when they are first touched.
//
// Whoever shortens the file in place while it is open makes later reads end the process (SIGBUS),
// as with any mapping; that is why this project replaces files by renaming (core/io/atomic_file.h).
class MappedFile {
 public:
  // NOT_FOUND: no such file. INVALID_ARGUMENT: not a regular file. PERMISSION_DENIED, UNAVAILABLE
  // …: as the operating system says.
  static absl::StatusOr<MappedFile> Open(const std::filesystem::path& path);

  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;

  // Stays where it is when the MappedFile moves.
  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  MappedFile() = default;

  std::span<const std::byte> bytes_;
};

}  // namespace kolors
