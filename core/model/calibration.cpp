#include "core/model/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/model/robust.h"

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
      return fail(fmt::format("the calibration has no {}", column.name));
    }
    calibration.*column.member = value.get<double>();
  }
  return calibration;
}

std::optional<std::string> unusual(const Calibration& now, const std::vector<Calibration>& earlier) {
  if (earlier.size() < CalibrationLimits::kEarlier) return std::nullopt;
  std::string text;
  for (const CalibrationColumn& column : kCalibrationColumns) {
    std::vector<double> values;
    for (const Calibration& one : earlier) values.push_back(one.*column.member);
    const double usual = robust_median(values);
    const double far = std::max(CalibrationLimits::kFar * robust_deviation(values, usual), CalibrationLimits::kEffect * usual);
    const double value = now.*column.member;
    if (std::abs(value - usual) <= far) continue;
    text += fmt::format("{}{} {:.4g} (usual: {:.4g}, within {:.2g})", text.empty() ? "" : ", ", column.name, value, usual, far);
  }
  return text.empty() ? std::nullopt : std::optional(text);
}

}  // namespace copybench
