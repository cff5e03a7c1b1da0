// State and children of another process, from /proc.
#pragma once

#include <sys/types.h>

#include <optional>
#include <vector>

namespace copybench {

// The state letter of its first thread: 'R' running, 'S' sleeping, 'T' stopped by a signal, 'Z' ended and not yet waited
// for ... None if there is no such process.
std::optional<char> process_state(pid_t pid);

// The living children of its first thread. Empty if the kernel does not report them.
std::vector<pid_t> children_of(pid_t pid);

}  // namespace copybench
