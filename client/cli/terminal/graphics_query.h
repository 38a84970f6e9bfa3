// Finds out which preview protocol the terminal understands.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "client/cli/terminal/preview.h"
#include "client/cli/terminal/terminal.h"

namespace kolors::cli {

// What the environment alone settles; nullopt: the terminal must be asked.
std::optional<PreviewProtocol> ProtocolFromEnvironment(const Terminal& terminal,
                                                       const Environment& environment);

// What the terminal's answers to a kitty graphics query and to "primary device attributes" mean.
// nullopt: the latter, which every terminal gives and which comes last, is not complete yet.
std::optional<PreviewProtocol> ProtocolFromAnswers(std::string_view answers);

// Both of the above, asking on /dev/tty and waiting at most `timeout`; half blocks if nothing better
// is certain. Typed-ahead keys are lost to the question.
PreviewProtocol DetectPreviewProtocol(
    const Terminal& terminal, const Environment& environment,
    std::chrono::milliseconds timeout = std::chrono::milliseconds(1000));

}  // namespace kolors::cli
