// Calibrations of the machine around the runs. The functions are parts of a transaction, as in run_queue.h.
#pragma once

#include <vector>

#include "core/database/connection.h"
#include "core/store/values.h"

namespace copybench {

void insert_calibrations(DatabaseConnection& connection, ExperimentId experiment, RunId run,
                         const std::vector<CalibrationRecord>& calibrations);

// In the order in which they were taken.
std::vector<CalibrationRecord> read_calibrations(DatabaseConnection& connection, ExperimentId experiment);
std::vector<CalibrationRecord> read_calibrations_of_run(DatabaseConnection& connection, ExperimentId experiment, RunId run);

// The last calibrations that were taken on this machine, for any experiment. Imported ones are excluded, because nothing
// proves where they were taken (origin.h).
std::vector<Calibration> read_recent_calibrations(DatabaseConnection& connection, const std::string& machine, int64_t limit);

}  // namespace copybench
