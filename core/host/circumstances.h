// Gathers what the figures of an experiment depend on. Read from /proc, /sys and the path's device: some 100 small files,
// so between runs and never within a window. Pure reading; any thread.
#pragma once

#include <string>

#include "core/base/result.h"
#include "core/model/circumstances.h"

namespace copybench {

// perf_version: perf's, or why there is none.
Circumstances gather_circumstances(const Result<std::string>& perf_version);

// What is recorded as kMachineId: a hash of the machine's id.
Result<std::string> hashed_machine_id();

}  // namespace copybench
