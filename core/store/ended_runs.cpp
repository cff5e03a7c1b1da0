#include "core/store/ended_runs.h"

#include "core/store/rows.h"

namespace copybench {
namespace {

template <typename T>
std::vector<T> in_order_of_ends(DatabaseConnection& connection, ExperimentId id, const std::string& columns,
                                T (*read)(const Query&)) {
  std::vector<T> runs;
  Query query(connection, "SELECT " + columns +
                              " FROM runs WHERE experiment_id = ? AND kind = 'measured' AND finish_sequence > 0 AND "
                              "state <> 'interrupted' ORDER BY finish_sequence");
  query.bind(id);
  while (query.step()) runs.push_back(read(query));
  return runs;
}

}  // namespace

std::vector<SummaryInput> ended_runs(DatabaseConnection& connection, ExperimentId id) {
  return in_order_of_ends(connection, id, summary_columns(), read_summary_input);
}

std::vector<EndedRun> ended_run_ids(DatabaseConnection& connection, ExperimentId id) {
  return in_order_of_ends(connection, id, ended_run_columns(), read_ended_run);
}

std::vector<SummaryInput> summary_input_of(DatabaseConnection& connection, std::span<const RunId> runs) {
  static const std::string sql = "SELECT " + summary_columns() + " FROM runs WHERE id = ?";
  std::vector<SummaryInput> found;
  Query query(connection, sql);
  for (const RunId run : runs) {
    if (!query.bind(run).step()) break;
    found.push_back(read_summary_input(query));
    query.run();
  }
  return found;
}

}  // namespace copybench
