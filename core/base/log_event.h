// A log line as an event with fields: `event=run_finished run_id=3 engine=two_copy message="run 3 … completed"` (logfmt).
// spdlog carries the line; its sinks get the fields beside it from event_being_logged().
// Levels: debug for each request and step, info for events that an administrator reads later, warning for conditions that
// limit a measurement, error for conditions that need a person.
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

// Does nothing if there is no logger. Any thread.
void log_event(spdlog::logger* logger, Severity severity, std::string_view event, const LogFields& fields,
               std::string_view message);

// The event's fields, `event` first and `message` last, while a sink takes the line on the thread that called log_event(). Null
// for a line that no event made.
const LogFields* event_being_logged();

// `event` first and `message` last, as one line.
LogFields fields_of_event(std::string_view event, const LogFields& fields, std::string_view message);
std::string to_logfmt(const LogFields& fields);

}  // namespace copybench
