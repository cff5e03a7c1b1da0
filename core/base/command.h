// A command run to its end, for what it says: short helpers (perf --version). Threads: several may run at once.
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

// With an empty stdin. Over the time, or with more bytes on stdout than `most_out`, the command is killed, and that is an error, as is
// what Subprocess::spawn() fails by. Of stderr the first kMostCommandOutput bytes are kept.
Result<CommandOutput> run_command(const SubprocessOptions& options, Nanoseconds at_most, size_t most_out = kMostCommandOutput);

}  // namespace copybench
