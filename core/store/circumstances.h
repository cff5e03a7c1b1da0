// What experiments were measured under. Parts of a transaction, as in transitions.h.
#pragma once

#include <vector>

#include "core/store/database_connection.h"

namespace copybench {

// Where the experiment's last ones differ, or it has none.
void record_circumstances(DatabaseConnection& connection, const ClaimedRun& run, const Circumstances& facts, UtcTime now);

// In the order in which they were recorded.
std::vector<RecordedCircumstances> read_circumstances(DatabaseConnection& connection, ExperimentId experiment);

}  // namespace copybench
