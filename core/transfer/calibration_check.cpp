#include "core/transfer/calibration_check.h"

#include <fmt/format.h>

#include <iterator>
#include <string_view>

#include "core/model/calibration.h"
#include "core/model/stored_shapes.h"

namespace copybench {
namespace {

struct Range {
  double Calibration::*member;
  double least;
  double most;
};

// A core copies at most some hundred bytes a cycle. A calibration that takes longer than 5 s, for some thousand system calls,
// some hundred round trips and copies of 64 KiB, is killed.
constexpr Range kRanges[] = {{&Calibration::memcpy_cached_gbytes_per_s, 1e-4, 1e4},
                             {&Calibration::memcpy_memory_gbytes_per_s, 1e-4, 1e4},
                             {&Calibration::syscall_ns, 1, 1e8},
                             {&Calibration::round_trip_us, 0.01, 1e6}};
static_assert(sizeof(Calibration) == std::size(kRanges) * sizeof(double), "each value has its range");

std::string_view column_name(double Calibration::*member) {
  for (const CalibrationColumn& column : calibration_columns()) {
    if (column.member == member) return column.name;
  }
  return "";
}

}  // namespace

std::string calibrations_problem(const Json& row) {
  const auto calibrations = calibrations_from_json(row.value("calibrations", Json::array()));
  if (!calibrations) return calibrations.error().message;
  for (size_t i = 0; i < calibrations->size(); ++i) {
    const CalibrationRecord& one = (*calibrations)[i];
    if (one.machine.size() > 500 || one.unusual.value_or("").size() > StoredLimits::kMaxTextBytes) {
      return fmt::format("a text of calibrations/{} is too long", i);
    }
    for (const Range& range : kRanges) {
      const double value = one.values.*range.member;
      if (value >= range.least && value <= range.most) continue;
      return fmt::format("calibrations/{}/values/{} is {:g}; allowed: {:g} to {:g}", i, column_name(range.member), value,
                         range.least, range.most);
    }
  }
  return "";
}

}  // namespace copybench
