// Runs a short helper command (perf --version) to its end and returns its output. Threads: several may run at once.
#pragma once

#include <string>

#include "core/base/result.h"
#include "core/base/subprocess.h"
#include "core/base/time.h"

namespace copybench {

struct CommandOutput {
  ExitStatus status;
  std::string out;
  std::string err;
};

constexpr size_t kMostCommandOutput = 1 << 20;

// Runs the command with an empty stdin. Kills it and fails if it runs longer than `at_most` or writes more than `most_out` bytes
// to stdout. Also fails if Subprocess::spawn() fails. Keeps the first kMostCommandOutput bytes of stderr.
Result<CommandOutput> run_command(const SubprocessOptions& options, Nanoseconds at_most, size_t most_out = kMostCommandOutput);

}  // namespace copybench
