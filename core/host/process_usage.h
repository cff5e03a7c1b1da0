// The resources that this process has used so far (getrusage). The executor compares them at both ends of a window. The
// difference is the daemon's own disturbance of the measurement, and is stored with the run.
#pragma once

#include <cstdint>

#include "core/base/json.h"

namespace copybench {

struct ProcessUsage {
  int64_t wake_ups = 0;       // voluntary context switches of all threads: each is one wait that ended
  int64_t cpu_ns = 0;         // user and system
  int64_t block_writes = 0;   // times the file system had to write for it

  ProcessUsage operator-(const ProcessUsage& earlier) const;
};

ProcessUsage process_usage();
Json to_json(const ProcessUsage& usage);

}  // namespace copybench
