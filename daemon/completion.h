// Shell completion of the command line, made from the options that parse it.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace copybench {

// A script that bash sources: it completes the program's commands, their options, the values of options that name a set of
// them, and paths. Hidden commands and options are left out.
std::string bash_completion(const CLI::App& app);

}  // namespace copybench
