// Converts rows to values and back. A reading function takes a row that was selected with the columns named beside it. A
// value that this program never wrote is recorded as damage and reading continues, so that one row does not make a list or
// an experiment unreadable.
#pragma once

#include <string>

#include "core/database/connection.h"
#include "core/model/records.h"
#include "core/store/values.h"

namespace copybench {

int64_t to_milliseconds(UtcTime time);

const std::string& experiment_columns();
ExperimentRecord read_experiment(const Query& row);

const std::string& run_columns();  // identity, state, figures and flags
RunRow read_run(const Query& row);
int run_column_count();

const std::string& profile_columns();  // of run_profiles JOIN runs, without the stacks
ProfileRow read_profile(const Query& row);

const std::string& ended_run_columns();
EndedRun read_ended_run(const Query& row);

const std::string& summary_columns();
SummaryInput read_summary_input(const Query& row);

// Notes, tags and pinned, in this order.
void bind_annotations(Query& query, const Annotations& annotations);
// Updates experiment_tags from the row's tags_json.
void index_tags(DatabaseConnection& connection, ExperimentId id);

// "window_s = ?, throughput_gbps = ?, ..." and its values.
const std::string& figure_assignments();
void bind_figures(Query& query, const RunFigures& figures);

}  // namespace copybench
