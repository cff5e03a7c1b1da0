// Reads and validates the columns of a row, one after another. Only for rows.cpp.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/json_text.h"
#include "core/base/result.h"
#include "core/database/connection.h"
#include "core/model/names.h"
#include "core/model/origin.h"
#include "core/model/plan.h"
#include "core/model/records.h"
#include "core/model/stored_shapes.h"
#include "core/model/text.h"

namespace copybench {

// Limit of counts that are added up and multiplied by durations. No experiment has so many runs.
inline constexpr int64_t kMostRuns = 200'000;

// Reads the columns of a row one after another. A value that no version of this program wrote is recorded as damage and
// replaced by a harmless one, so that one row does not make a list unreadable.
class Cursor {
 public:
  explicit Cursor(const Query& row) : row_(row) {}

  const std::optional<std::string>& damage() const { return damage_; }

  void note_damage(std::string what) {
    if (!damage_) damage_ = std::move(what);
  }

  int64_t integer() { return row_.integer(column_++); }
  std::string text() { return std::string(row_.text(column_++)); }

  std::optional<std::string> text_or_none() {
    if (row_.is_null(column_)) return ++column_, std::nullopt;
    return text();
  }

  int64_t whole(std::string_view field, int64_t lowest, int64_t highest) {
    const int64_t value = integer();
    if (value >= lowest && value <= highest) return value;
    note_damage(fmt::format("{} is {}", field, value));
    return lowest;
  }

  UtcTime time(std::string_view field) {
    const int64_t value = integer();
    if (const auto time = time_from_json(value)) return *time;
    note_damage(fmt::format("{} is {}, which is no time", field, value));
    return UtcTime{};
  }

  std::optional<UtcTime> time_or_none(std::string_view field) {
    if (row_.is_null(column_)) return ++column_, std::nullopt;
    return time(field);
  }

  template <typename E>
  E name(std::string_view field, E otherwise) {
    const std::string_view text = row_.text(column_++);
    if (const auto value = from_name<E>(text)) return *value;
    note_damage(fmt::format("{} is {}", field, shown(text)));
    return otherwise;
  }

  // The column's JSON, converted by `read`; a default value if the JSON is invalid or `read` fails.
  template <typename T>
  T json(std::string_view field, size_t most_bytes, Result<T> (*read)(const Json&)) {
    const auto json = parse_json(row_.text(column_++), most_bytes);
    auto value = json ? read(*json) : Result<T>(fail("it is no JSON, too long, or nested too deep"));
    if (value) return std::move(*value);
    note_damage(fmt::format("{}: {}", field, value.error().message));
    return T{};
  }

  Configuration configuration() {
    Configuration configuration;
    configuration.engine = name<EngineMode>("engine", EngineMode::two_copy);
    configuration.field_bytes = static_cast<uint64_t>(whole("field_bytes", 1, Limits::kMaxFieldBytes));
    configuration.threads = static_cast<uint32_t>(whole("threads", 1, Limits::kMaxThreads));
    return configuration;
  }

  uint32_t repetition() { return static_cast<uint32_t>(whole("repetition", 1, kMostRuns)); }

  std::vector<RunFlag> flags() {
    if (row_.text(column_) == "[]") return ++column_, std::vector<RunFlag>{};  // the usual case; lists have thousands of runs
    return json("flags", StoredLimits::kMaxTextBytes * 100, flags_from_json);
  }

  RunFigures figures() {
    RunFigures figures;
    for (const FigureColumn& column : figure_columns()) {
      if (!row_.is_null(column_)) {
        // Rejects only what arithmetic cannot handle. Values that are negative by rounding or by a clock are accepted.
        constexpr double kMost = 1e19;
        const double value = row_.real(column_);
        if (value >= -kMost && value <= kMost) {
          std::visit([&](auto member) { set(figures.*member); }, column.member);
        } else {
          note_damage(fmt::format("{} is {}", column.name, value));
        }
      }
      ++column_;
    }
    return figures;
  }

 private:
  void set(std::optional<double>& figure) const { figure = row_.real(column_); }
  void set(std::optional<int64_t>& figure) const { figure = row_.integer(column_); }

  const Query& row_;
  int column_ = 0;
  std::optional<std::string> damage_;
};

}  // namespace copybench
