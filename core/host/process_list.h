// Lists every process with the CPU time it has used so far. Takes some 15 us per process, so call it before and after a window.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace copybench {

struct ProcessTimes {
  pid_t pid = 0;
  pid_t group = 0;
  std::string name;       // the kernel's name, at most 15 bytes, which its user may have chosen; clean text
  int64_t cpu_ns = 0;     // user and system, in ticks of 10 ms
  int64_t waited_ns = 0;  // the same for the children that it has waited for
  int cpu = -1;           // where its first thread last ran
  bool kernel = false;    // a kernel thread, which no user has named
};

// Parses /proc/PID/stat. Returns none if the text is malformed.
std::optional<ProcessTimes> parse_process_stat(std::string_view text);

// False in a container, and if other users' processes are hidden: the list is then incomplete.
bool sees_all_processes();

// Fails if there are more than `most`, since reading them all would take too long.
Result<std::vector<ProcessTimes>> list_processes(size_t most);

}  // namespace copybench
