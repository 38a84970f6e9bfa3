// SHA-256 digests: what an adapter, a model or an image is known by.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "absl/status/statusor.h"

struct evp_md_ctx_st;  // OpenSSL's EVP_MD_CTX

namespace kolors {

// Fed in pieces. Not thread-safe.
class Sha256 {
 public:
  Sha256();
  void Update(std::span<const std::byte> bytes);
  // 64 lower-case hex digits. Once; nothing may be fed after it.
  std::string HexDigest();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

std::string Sha256Hex(std::span<const std::byte> bytes);
// Errors: as MappedFile::Open.
absl::StatusOr<std::string> Sha256OfFile(const std::filesystem::path& path);

}  // namespace kolors
