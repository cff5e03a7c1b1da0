// The circumstances under which experiments were measured. The functions are parts of a transaction, as in run_queue.h.
#pragma once

#include <vector>

#include "core/database/connection.h"
#include "core/store/values.h"

namespace copybench {

// Records the facts if they differ from the experiment's last ones, or if it has none.
void record_circumstances(DatabaseConnection& connection, const ClaimedRun& run, const Circumstances& facts, UtcTime now);

// In the order in which they were recorded.
std::vector<RecordedCircumstances> read_circumstances(DatabaseConnection& connection, ExperimentId experiment);

}  // namespace copybench
