// What `perf script -F comm,pid,tid,ip,sym,dso` says, folded: samples of a run's processes and of the kernel on their
// behalf, told apart from everything else that ran. Pure; reads the text once.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/model/stacks.h"

namespace copybench {

struct ProfiledProcesses {
  pid_t engine = 0;
  pid_t load = 0;
};

struct FoldedProfile {
  FoldedStacks stacks;            // of engine, load and kernel: the busy samples
  int64_t engine_samples = 0;
  int64_t load_samples = 0;
  int64_t kernel_samples = 0;     // ksoftirqd, and interrupts that hit an idle CPU
  int64_t other_samples = 0;      // of other processes; in no stack
  int64_t idle_samples = 0;       // in no stack
  int64_t unnamed_kernel_samples = 0;  // whose innermost kernel frame has no symbol
};

// An error quotes the first line that is neither a sample's head nor a frame.
Result<FoldedProfile> fold_perf_script(std::string_view text, const ProfiledProcesses& processes);

}  // namespace copybench
