// Which CPUs the two sides of a run are bound to. Pure.
#pragma once

#include <vector>

#include "core/model/spec.h"

namespace copybench {

struct CpuAssignment {
  std::vector<int> server;  // empty: not bound
  std::vector<int> client;
};

// automatic on both sides: different halves of the allowed CPUs. automatic on one side: the CPUs that are not in the other
// side's list, or all if none is left.
CpuAssignment assign_cpus(const CpuChoice& server, const CpuChoice& client, const std::vector<int>& allowed);

// The CPUs that the threads of a run use: each side deals out its CPUs to its threads in turn. If a side is not bound, all
// allowed ones. Ascending, each once.
std::vector<int> used_cpus(const CpuAssignment& assignment, uint32_t threads, const std::vector<int>& allowed);

}  // namespace copybench
