#include "core/model/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/model/origin.h"
#include "core/stats/robust.h"

namespace copybench {
namespace {

constexpr std::array<CalibrationColumn, 4> kCalibrationColumns{{
    {"memcpy_cached_gbytes_per_s", &Calibration::memcpy_cached_gbytes_per_s,
     "10^9 bytes copied per second by memcpy, source and target in the cache"},
    {"memcpy_memory_gbytes_per_s", &Calibration::memcpy_memory_gbytes_per_s,
     "the same where both together are twice the last level's cache"},
    {"syscall_ns", &Calibration::syscall_ns, "nanoseconds of a system call that does nothing"},
    {"round_trip_us", &Calibration::round_trip_us,
     "microseconds of one byte there and back over loopback TCP, in one thread, so without a wake-up"},
}};

Result<CalibrationRecord> record_from_json(const Json& json) {
  const auto part = [&](const char* key) { return json.is_object() ? json.value(key, Json()) : Json(); };
  const Json before = part("before");
  const Json machine = part("machine");
  const Json strange = part("unusual");
  const auto at = time_from_json(part("at_ms"));
  if (!before.is_boolean() || !machine.is_string() || !at) return fail("a calibration has no before, at_ms or machine");
  if (!strange.is_null() && !strange.is_string()) return fail("what was unusual of a calibration is no text");
  const auto values = calibration_from_json(part("values"));
  if (!values) return tl::unexpected(values.error());
  CalibrationRecord record;
  record.before = before.get<bool>();
  record.at = *at;
  record.machine = machine.get<std::string>();
  record.values = *values;
  if (strange.is_string()) record.unusual = strange.get<std::string>();
  return record;
}

}  // namespace

std::span<const CalibrationColumn> calibration_columns() { return kCalibrationColumns; }

Json to_json(const Calibration& calibration) {
  Json json = Json::object();
  for (const CalibrationColumn& column : kCalibrationColumns) json[std::string(column.name)] = calibration.*column.member;
  return json;
}

Result<Calibration> calibration_from_json(const Json& json) {
  Calibration calibration;
  for (const CalibrationColumn& column : kCalibrationColumns) {
    const Json value = json.is_object() ? json.value(std::string(column.name), Json()) : Json();
    if (!value.is_number() || !(value.get<double>() > 0) || !std::isfinite(value.get<double>())) {
      return fail(fmt::format("{} of a calibration is {}; allowed: a number above 0", column.name,
                              value.dump(-1, ' ', false, Json::error_handler_t::replace)));
    }
    calibration.*column.member = value.get<double>();
  }
  return calibration;
}

Json to_json(const std::vector<CalibrationRecord>& of_run) {
  Json list = Json::array();
  for (const CalibrationRecord& record : of_run) {
    list.push_back({{"before", record.before},
                    {"at_ms", record.at.time_since_epoch().count()},
                    {"machine", record.machine},
                    {"values", to_json(record.values)},
                    {"unusual", or_null(record.unusual)}});
  }
  return list;
}

Result<std::vector<CalibrationRecord>> calibrations_from_json(const Json& json) {
  constexpr size_t kMost = 2;  // before the run and after it
  if (!json.is_array() || json.size() > kMost) return fail(fmt::format("calibrations must be a list of at most {}", kMost));
  std::vector<CalibrationRecord> records;
  for (const Json& one : json) {
    auto record = record_from_json(one);
    if (!record) return tl::unexpected(record.error());
    records.push_back(std::move(*record));
  }
  return records;
}

std::optional<std::string> unusual(const Calibration& now, const std::vector<Calibration>& earlier) {
  if (earlier.size() < CalibrationLimits::kEarlier) return std::nullopt;
  std::string text;
  for (const CalibrationColumn& column : kCalibrationColumns) {
    std::vector<double> values;
    for (const Calibration& one : earlier) values.push_back(one.*column.member);
    const double usual = robust_median(values);
    const double spread = robust_deviation(values, usual);
    const double far = std::max(CalibrationLimits::kFar * spread, CalibrationLimits::kEffect * usual);
    const double value = now.*column.member;
    if (std::abs(value - usual) <= far) continue;
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {:.4g} (usual: {:.4g}, within {:.2g})", column.name, value, usual, far);
  }
  return text.empty() ? std::nullopt : std::optional(text);
}

}  // namespace copybench
