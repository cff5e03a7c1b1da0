// What the machine could do around the runs. Parts of a transaction, as in transitions.h.
#pragma once

#include <vector>

#include "core/store/database_connection.h"

namespace copybench {

void insert_calibrations(DatabaseConnection& connection, ExperimentId experiment, RunId run,
                         const std::vector<CalibrationRecord>& calibrations);

// In the order in which they were taken.
std::vector<CalibrationRecord> read_calibrations(DatabaseConnection& connection, ExperimentId experiment);
std::vector<CalibrationRecord> read_calibrations_of_run(DatabaseConnection& connection, ExperimentId experiment, RunId run);

// The last ones that were taken here on this machine, of whatever experiment; imported ones are another's word.
std::vector<Calibration> read_recent_calibrations(DatabaseConnection& connection, const std::string& machine, int64_t limit);

}  // namespace copybench
