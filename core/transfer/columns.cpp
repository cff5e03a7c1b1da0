#include "core/transfer/columns.h"

#include <string_view>

namespace copybench {
namespace {

using std::string_view;

constexpr string_view kNotOfExperiments[] = {"id", "origin_json", "import_digest", "run_seconds", "imported_at_ms"};
constexpr string_view kNotOfCircumstances[] = {"experiment_id", "from_run"};
constexpr string_view kNotOfRuns[] = {"id", "experiment_id", "finish_sequence"};
constexpr string_view kNotOfRunTables[] = {"run_id"};

}  // namespace

bool RunTable::in(const Json& row) const {
  const auto found = row.find(columns.front().key);
  return found != row.end() && !found->is_null();
}

TransferColumns::TransferColumns(DatabaseConnection& connection)
    : experiments(columns_of(connection, "experiments", kNotOfExperiments)),
      circumstances(columns_of(connection, "circumstances", kNotOfCircumstances)),
      runs(columns_of(connection, "runs", kNotOfRuns)),
      run_tables{{"run_evidence", columns_of(connection, "run_evidence", kNotOfRunTables)},
                 {"run_profiles", columns_of(connection, "run_profiles", kNotOfRunTables)}} {}

}  // namespace copybench
