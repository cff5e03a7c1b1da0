// A line of the log as an event with fields: `event=run_finished run_id=3 engine=two_copy message="run 3 … completed"`
// (logfmt). spdlog carries the line; where stderr is the journal, daemon/logging.cpp takes it apart again into the journal's
// fields. Levels: debug for each request and step, info for what an administrator reads back, warning for what limits a
// measurement, error for what needs a person.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spdlog {
class logger;
}

namespace copybench {

enum class Severity { debug, info, warning, error };

struct LogField {
  template <typename T>
  LogField(std::string_view field_name, const T& field_value) : name(field_name), value(fmt::format("{}", field_value)) {}
  std::string name;  // lower case letters and _
  std::string value;
};
using LogFields = std::vector<LogField>;

// Nothing where there is no logger. Any thread.
void log_event(spdlog::logger* logger, Severity severity, std::string_view event, const LogFields& fields,
               std::string_view message);

std::string to_logfmt(std::string_view event, const LogFields& fields, std::string_view message);
// The other way, `event` first and `message` last. A line that is not of to_logfmt()'s making is one field, `message`.
LogFields from_logfmt(std::string_view line);

}  // namespace copybench
