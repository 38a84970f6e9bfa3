// ServerInfo for people and for programs.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "kolors/server_info.h"

namespace kolors::cli {

// "2.58 B", "83.7 M", "12 k": parameters.
std::string FormatCount(int64_t count);
// "139.8 GiB", "512 MiB"
std::string FormatBytes(int64_t bytes);

// A table of two columns, a section a paragraph.
std::string InfoToText(const client::ServerInfo& info, const std::string& server);
// The fields of GetServerInfoResponse by their names in the contract; `model` is absent while loading.
nlohmann::json InfoToJson(const client::ServerInfo& info);

}  // namespace kolors::cli
