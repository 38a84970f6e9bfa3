#include <unistd.h>

#include <iostream>
#include <string>
#include <vector>

#include "client/cli/app.h"

int main(int argc, char** argv) {
  namespace cli = kolors::cli;
  cli::Console console{
      .in = std::cin,
      .out = std::cout,
      .err = std::cerr,
      .terminal = [] { return cli::InspectTerminal(STDERR_FILENO, cli::ProcessEnvironment); },
      .environment = cli::ProcessEnvironment};
  return cli::RunKolorsctl(std::vector<std::string>(argv + 1, argv + argc), console);
}
