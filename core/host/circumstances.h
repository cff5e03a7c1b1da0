// Gathers the facts that the figures of an experiment depend on, from /proc, /sys and the path's device. Reads some 100 small
// files, so call it between runs and never within a window. Only reads; any thread.
#pragma once

#include <string>

#include "core/base/result.h"
#include "core/model/circumstances.h"

namespace copybench {

// perf_version: the version of perf, or why there is none.
Circumstances gather_circumstances(const Result<std::string>& perf_version);

// The hash of the machine's id that is recorded as kMachineId.
Result<std::string> hashed_machine_id();

}  // namespace copybench
