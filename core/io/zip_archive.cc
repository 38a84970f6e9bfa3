#include "core/io/zip_archive.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/io/tensor_entry.h"

namespace kolors {
namespace {

using Bytes = std::span<const std::byte>;

// PKWARE's APPNOTE.TXT, sections 4.3.7 to 4.3.16.
constexpr uint32_t kLocalHeader = 0x04034b50, kCentralHeader = 0x02014b50, kEnd = 0x06054b50;
constexpr uint32_t kZip64End = 0x06064b50, kZip64Locator = 0x07064b50;
constexpr size_t kLocalHeaderSize = 30, kCentralHeaderSize = 46, kEndSize = 22;
constexpr size_t kZip64EndSize = 56, kZip64LocatorSize = 20;
constexpr uint16_t kZip64Extra = 1;

absl::Status Truncated(const char* what) {
  return absl::InvalidArgumentError(absl::StrCat("is truncated or not a ZIP archive: ", what));
}

template <typename T>
T Read(Bytes bytes, size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

// bytes[offset, offset + size), if it lies inside.
std::optional<Bytes> Slice(Bytes bytes, uint64_t offset, uint64_t size) {
  if (offset > bytes.size() || size > bytes.size() - offset) return std::nullopt;
  return bytes.subspan(offset, size);
}

struct Directory {
  uint64_t offset = 0, size = 0;
};

std::optional<size_t> FindEnd(Bytes file) {
  if (file.size() < kEndSize) return std::nullopt;
  const size_t last = file.size() - kEndSize;
  const size_t first = last - std::min<size_t>(last, UINT16_MAX);  // a comment may follow
  for (size_t at = last + 1; at-- > first;) {
    if (Read<uint32_t>(file, at) == kEnd) return at;
  }
  return std::nullopt;
}

absl::StatusOr<Directory> FindDirectory(Bytes file) {
  const std::optional<size_t> end = FindEnd(file);
  if (!end) return Truncated("no end of central directory");
  Directory directory{.offset = Read<uint32_t>(file, *end + 16), .size = Read<uint32_t>(file, *end + 12)};
  if (*end >= kZip64LocatorSize && Read<uint32_t>(file, *end - kZip64LocatorSize) == kZip64Locator) {
    const auto record = Slice(file, Read<uint64_t>(file, *end - kZip64LocatorSize + 8), kZip64EndSize);
    if (!record || Read<uint32_t>(*record, 0) != kZip64End) return Truncated("no ZIP64 end record");
    directory = {.offset = Read<uint64_t>(*record, 48), .size = Read<uint64_t>(*record, 40)};
  }
  return directory;
}

struct Place {
  uint64_t compressed = 0, size = 0, offset = 0;
};

// Fields that did not fit into 32 bits lie in an extra field, in this order, only those.
absl::Status ApplyZip64(Bytes extra, Place& place) {
  while (extra.size() >= 4) {
    const auto body = Slice(extra, 4, Read<uint16_t>(extra, 2));
    if (!body) return Truncated("an extra field is cut");
    if (Read<uint16_t>(extra, 0) == kZip64Extra) {
      size_t at = 0;
      for (uint64_t* field : {&place.size, &place.compressed, &place.offset}) {
        if (*field != UINT32_MAX) continue;
        if (body->size() < at + 8) return Truncated("a ZIP64 field is cut");
        *field = Read<uint64_t>(*body, at);
        at += 8;
      }
    }
    extra = extra.subspan(4 + body->size());
  }
  return absl::OkStatus();
}

absl::StatusOr<Bytes> MemberData(Bytes file, const std::string& name, const Place& place) {
  const auto header = Slice(file, place.offset, kLocalHeaderSize);
  if (!header || Read<uint32_t>(*header, 0) != kLocalHeader) {
    return Truncated("a member's local header is missing");
  }
  const uint64_t skip = kLocalHeaderSize + Read<uint16_t>(*header, 26) + Read<uint16_t>(*header, 28);
  const auto data = Slice(file, place.offset + skip, place.size);
  if (!data) {
    return absl::InvalidArgumentError(
        absl::StrCat("is truncated: member ", Quoted(name), " ends after the file"));
  }
  return *data;
}

// entry: from a central header on. Sets *size to what the header takes.
absl::StatusOr<ZipMember> ReadMember(Bytes file, Bytes entry, size_t* size) {
  if (entry.size() < kCentralHeaderSize || Read<uint32_t>(entry, 0) != kCentralHeader) {
    return Truncated("the central directory is damaged");
  }
  const uint16_t name_size = Read<uint16_t>(entry, 28), extra_size = Read<uint16_t>(entry, 30);
  *size = kCentralHeaderSize + name_size + extra_size + Read<uint16_t>(entry, 32);
  if (*size > entry.size()) return Truncated("the central directory is cut");

  ZipMember member{.name = std::string(reinterpret_cast<const char*>(entry.data()) + kCentralHeaderSize, name_size)};
  const uint16_t flags = Read<uint16_t>(entry, 8), method = Read<uint16_t>(entry, 10);
  Place place{.compressed = Read<uint32_t>(entry, 20),
              .size = Read<uint32_t>(entry, 24),
              .offset = Read<uint32_t>(entry, 42)};
  RETURN_IF_ERROR(ApplyZip64(entry.subspan(kCentralHeaderSize + name_size, extra_size), place));
  if (method != 0 || (flags & 1) != 0 || place.compressed != place.size) {
    return absl::InvalidArgumentError(absl::StrCat(
        "has a compressed or encrypted member ", Quoted(member.name),
        "; torch.save stores members as they are, so this is no file of its making"));
  }
  ASSIGN_OR_RETURN(member.data, MemberData(file, member.name, place));
  return member;
}

}  // namespace

bool LooksLikeZip(Bytes file) { return file.size() >= 4 && Read<uint32_t>(file, 0) == kLocalHeader; }

absl::StatusOr<std::vector<ZipMember>> ParseZip(Bytes file) {
  ASSIGN_OR_RETURN(const Directory directory, FindDirectory(file));
  auto rest = Slice(file, directory.offset, directory.size);
  if (!rest) return Truncated("the central directory ends after the file");
  std::vector<ZipMember> members;
  while (!rest->empty()) {
    size_t size = 0;
    ASSIGN_OR_RETURN(ZipMember member, ReadMember(file, *rest, &size));
    members.push_back(std::move(member));
    rest = rest->subspan(size);
  }
  return members;
}

}  // namespace kolors
