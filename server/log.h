// How kolorsd writes its log: spdlog to stderr.
#pragma once

#include <string>

namespace kolors {

// level: debug, info, warning or error. format: text, json, or auto (text where stderr is a terminal).
// JSON lines have time (RFC 3339, UTC), level and message; messages of calls are "event key=value …".
void SetUpLog(const std::string& level, const std::string& format);

// key="value", quoted and escaped where needed: safe for what users send.
std::string LogField(const std::string& key, const std::string& value);

}  // namespace kolors
