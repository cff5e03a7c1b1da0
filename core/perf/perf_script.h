// Folds the output of `perf script -F pid,tid,ip,sym,dso`: separates the samples of a run's processes, and of the kernel on their
// behalf, from everything else that ran. Process names are not requested, since users choose them, line ends included. Pure;
// reads the text once.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/analysis/stacks.h"

namespace copybench {

struct ProfiledProcesses {
  pid_t engine = 0;
  pid_t load = 0;
  std::vector<pid_t> soft_irq = {};  // ksoftirqd of each CPU
};

struct FoldedProfile {
  FoldedStacks stacks;            // of engine, load and kernel: the busy samples
  int64_t engine_samples = 0;
  int64_t load_samples = 0;
  int64_t kernel_samples = 0;     // ksoftirqd, and interrupts that hit an idle CPU
  int64_t other_samples = 0;      // of other processes; in no stack
  int64_t idle_samples = 0;       // in no stack
  int64_t unnamed_kernel_samples = 0;  // whose innermost frame is the kernel's and has no symbol
  std::string problem;            // the first line that is neither a sample's head nor a frame; empty if there is none
};

// Skips a malformed line together with the sample that it belongs to: the text contains symbols and paths of other users'
// programs.
FoldedProfile fold_perf_script(std::string_view text, const ProfiledProcesses& processes);

}  // namespace copybench
