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

}  // namespace copybench
