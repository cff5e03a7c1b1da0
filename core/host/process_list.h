// Who uses the CPUs: every process with the time it has used so far. Some 15 us a process, so before and after a window.
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
  std::string name;       // as the kernel has it: 15 bytes at the most, which its user may have chosen; clean text
  int64_t cpu_ns = 0;     // user and system, in ticks of 10 ms
  int64_t waited_ns = 0;  // the same of the children that it has waited for
  int cpu = -1;           // that its first thread was last on
  bool kernel = false;    // a thread of the kernel's: no user has named it
};

// /proc/PID/stat. None where the text is none.
std::optional<ProcessTimes> parse_process_stat(std::string_view text);

// False in a container, and where other users' processes are hidden: the list is not all there is then.
bool sees_all_processes();

// An error where there are more than `most`: reading them all would take too long.
Result<std::vector<ProcessTimes>> list_processes(size_t most);

}  // namespace copybench
