#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "client/cli/terminal/preview.h"

namespace kolors::cli {

// a=T transmit and show, f=24 raw RGB, i and p the picture and its placement (the same pair again
// replaces it), c and r the box, C=1 the cursor stays, q=2 no answer. Payloads go in pieces of 4096.
std::string EncodeKitty(const Image& image, CellBox box, unsigned id) {
  constexpr size_t kPiece = 4096;
  std::string payload;
  absl::Base64Escape(
      absl::string_view(reinterpret_cast<const char*>(image.pixels.data()), image.pixels.size()),
      &payload);
  std::string out;
  for (size_t at = 0; at < payload.size(); at += kPiece) {
    out += "\033_G";
    if (at == 0) {
      absl::StrAppend(&out, "a=T,f=24,s=", image.width, ",v=", image.height, ",i=", id, ",p=1,c=",
                      box.columns, ",r=", box.rows, ",C=1,q=2,");
    }
    const bool more = at + kPiece < payload.size();
    absl::StrAppend(&out, "m=", more ? 1 : 0, ";", payload.substr(at, kPiece), "\033\\");
  }
  return out;
}

}  // namespace kolors::cli
