// The performance of the machine at one moment, from four small measurements without an engine. If they differ from earlier
// ones, the machine had changed for the runs around them. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/base/result.h"
#include "core/base/time.h"

namespace copybench {

struct Calibration {
  double memcpy_cached_gbytes_per_s = 0;
  double memcpy_memory_gbytes_per_s = 0;
  double syscall_ns = 0;
  double round_trip_us = 0;

  bool operator==(const Calibration&) const = default;
};

struct CalibrationColumn {
  std::string_view name;
  double Calibration::*member;
  std::string_view meaning;  // one line, with the unit
};
std::span<const CalibrationColumn> calibration_columns();

Json to_json(const Calibration& calibration);  // by the columns' names
Result<Calibration> calibration_from_json(const Json& json);

// A calibration that was taken around a run.
struct CalibrationRecord {
  bool before = false;  // true: before the run; false: after it
  UtcTime at;
  std::string machine;  // machine_key()
  Calibration values;
  std::optional<std::string> unusual;
  int64_t run_id = 0;   // given by the store

  bool operator==(const CalibrationRecord&) const = default;
};

// The calibrations of a run, as an export has them: without its id. The parser fails on anything else.
Json to_json(const std::vector<CalibrationRecord>& of_run);
Result<std::vector<CalibrationRecord>> calibrations_from_json(const Json& json);

struct CalibrationLimits {
  static constexpr size_t kEarlier = 10;      // needed to know what is usual
  static constexpr size_t kMostEarlier = 200; // at most this many are used
  static constexpr double kFar = 6;           // deviations (1.4826 MAD) from the median of the earlier ones, and
  static constexpr double kEffect = 0.15;     // of that median
};

// A sentence that names every value beyond both limits; none if no value is, or if too few are known.
std::optional<std::string> unusual(const Calibration& now, const std::vector<Calibration>& earlier);

}  // namespace copybench
