// What an experiment's figures are summed up from, for its summary and for what it still needs. Part of an attempt, of a
// reader's or of a write transaction.
#pragma once

#include <vector>

#include "core/model/records.h"
#include "core/store/database_connection.h"

namespace copybench {

// In the order of their ends, without interrupted ones and profiles.
std::vector<SummaryInput> ended_runs(DatabaseConnection& connection, ExperimentId id);

}  // namespace copybench
