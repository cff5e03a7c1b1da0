// Values of an export's row, as the checks of imports read them. Pure.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/json.h"
#include "core/model/spec.h"

namespace copybench::row {

// Tolerance for what is computed twice from the same counts.
constexpr double kRounding = 1e-6;

// null where the object has no such member, or is no object.
inline const Json& member(const Json& object, std::string_view key) {
  static const Json kNone;
  if (!object.is_object()) return kNone;
  const auto found = object.find(std::string(key));
  return found == object.end() ? kNone : *found;
}

inline std::optional<double> number(const Json& object, std::string_view key) {
  const Json& value = member(object, key);
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

inline bool near(double a, double b, double tolerance) {
  return std::abs(a - b) <= tolerance * std::max(std::abs(a), std::abs(b));
}

inline std::string says_otherwise(std::string_view field, double value, std::string_view by, double other) {
  return fmt::format("{} is {:g}; allowed: what {} gives, {:g}", field, value, by, other);
}

// The client counts what a receive brought first in bytes and later, after it has examined them, in messages. A mark may
// fall between the two. Returns the bytes by which the counts of a window may differ for that reason; a receive is at most
// 256 KiB or one message, and with request_response one message.
inline double between_counts(const ExperimentSpec& spec, const Configuration& configuration) {
  const auto message = static_cast<double>(configuration.message_bytes());
  const double receive = spec.pattern == Pattern::request_response ? message : std::max(256.0 * 1024, message);
  return 2 * receive * configuration.threads;
}

}  // namespace copybench::row
