#include "core/store/calibrations.h"

#include <fmt/format.h>

#include "core/base/json_text.h"
#include "core/model/origin.h"
#include "core/store/rows.h"

namespace copybench {
namespace {

Result<Calibration> values_of(std::string_view text) {
  const auto json = parse_json(text);
  return json ? calibration_from_json(*json) : Result<Calibration>(fail("its values are no JSON"));
}

// Reads the rows that match the condition, with the values bound to its parameters.
std::vector<CalibrationRecord> read_where(DatabaseConnection& connection, const std::string& condition,
                                          std::initializer_list<int64_t> values) {
  Query query(connection, "SELECT run_id, before_run, at_ms, machine, values_json, unusual FROM calibrations WHERE " +
                              condition + " ORDER BY at_ms, id");
  for (const int64_t value : values) query.bind(value);
  std::vector<CalibrationRecord> all;
  while (query.step()) {
    CalibrationRecord one;
    one.run_id = query.integer(0);
    one.before = query.integer(1) != 0;
    const auto at = time_from_json(query.integer(2));
    one.machine = query.text(3);
    const auto measured = values_of(query.text(4));
    if (!at || !measured) {
      throw_damaged_row(fmt::format("A calibration of run {} is damaged: {}", one.run_id,
                                    at ? measured.error().message : "its time is none"));
    }
    one.at = *at;
    one.values = *measured;
    if (!query.is_null(5)) one.unusual = std::string(query.text(5));
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace

void insert_calibrations(DatabaseConnection& connection, ExperimentId experiment, RunId run,
                         const std::vector<CalibrationRecord>& calibrations) {
  for (const CalibrationRecord& calibration : calibrations) {
    Query(connection,
          "INSERT INTO calibrations (experiment_id, run_id, before_run, at_ms, machine, values_json, unusual) "
          "VALUES (?, ?, ?, ?, ?, ?, ?)")
        .bind(experiment)
        .bind(run)
        .bind(int64_t{calibration.before})
        .bind(to_milliseconds(calibration.at))
        .bind(calibration.machine)
        .bind(to_json(calibration.values).dump())
        .bind(calibration.unusual)
        .run();
  }
}

std::vector<CalibrationRecord> read_calibrations(DatabaseConnection& connection, ExperimentId experiment) {
  return read_where(connection, "experiment_id = ?", {experiment});
}

std::vector<CalibrationRecord> read_calibrations_of_run(DatabaseConnection& connection, ExperimentId experiment, RunId run) {
  return read_where(connection, "experiment_id = ? AND run_id = ?", {experiment, run});
}

std::vector<Calibration> read_recent_calibrations(DatabaseConnection& connection, const std::string& machine, int64_t limit) {
  Query query(connection,
              "SELECT values_json FROM calibrations WHERE machine = ? AND experiment_id NOT IN (SELECT id FROM experiments "
              "WHERE import_digest IS NOT NULL) ORDER BY id DESC LIMIT ?");
  query.bind(machine).bind(limit);
  std::vector<Calibration> recent;
  while (query.step()) {
    if (const auto values = values_of(query.text(0))) recent.push_back(*values);
  }
  return recent;
}

}  // namespace copybench
