#include "core/store/ended_runs.h"

#include "core/store/rows.h"

namespace copybench {

std::vector<SummaryInput> ended_runs(DatabaseConnection& connection, ExperimentId id) {
  static const std::string sql = "SELECT " + summary_columns() +
                                 " FROM runs WHERE experiment_id = ? AND kind = 'measured' AND finish_sequence > 0 AND "
                                 "state <> 'interrupted' ORDER BY finish_sequence";
  std::vector<SummaryInput> runs;
  Query query(connection, sql);
  query.bind(id);
  while (query.step()) runs.push_back(read_summary_input(query));
  return runs;
}

}  // namespace copybench
