// One JSON object a line, written out at once.
#pragma once

#include <nlohmann/json.hpp>
#include <ostream>

namespace kolors::cli {

inline void WriteJsonLine(std::ostream& out, const nlohmann::json& json) {
  // Bytes that are no UTF-8 are replaced: a line is always JSON.
  out << json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
}

}  // namespace kolors::cli
