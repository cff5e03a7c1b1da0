// Which CPUs the two sides of a run are bound to. Pure.
#pragma once

#include <vector>

#include "core/model/spec.h"

namespace copybench {

struct CpuAssignment {
  std::vector<int> server;  // empty: not bound
  std::vector<int> client;
};

// automatic on both sides: different halves of the allowed CPUs. automatic on one: what the other side's list leaves, or
// all where it leaves nothing.
CpuAssignment assign_cpus(const CpuChoice& server, const CpuChoice& client, const std::vector<int>& allowed);

// Those that the threads of a run are on: they are dealt out in turn on either side. Where a side is not bound, all allowed
// ones. Ascending, each once.
std::vector<int> used_cpus(const CpuAssignment& assignment, uint32_t threads, const std::vector<int>& allowed);

}  // namespace copybench
