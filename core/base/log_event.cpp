#include "core/base/log_event.h"

#include <spdlog/logger.h>

namespace copybench {
namespace {

spdlog::level::level_enum level_of(Severity severity) {
  switch (severity) {
    case Severity::debug: return spdlog::level::debug;
    case Severity::info: return spdlog::level::info;
    case Severity::warning: return spdlog::level::warn;
    case Severity::error: return spdlog::level::err;
  }
  return spdlog::level::info;
}

bool needs_quotes(char c) { return c == '"' || c == '\\' || c == '=' || static_cast<unsigned char>(c) <= ' '; }

void append(std::string& line, std::string_view name, std::string_view value) {
  line.append(line.empty() ? "" : " ").append(name).append("=");
  bool quoted = value.empty();
  for (const char c : value) quoted = quoted || needs_quotes(c);
  if (!quoted) {
    line.append(value);
    return;
  }
  line += '"';
  for (const char c : value) {
    if (c == '\n') {
      line += "\\n";
    } else {
      if (c == '"' || c == '\\') line += '\\';
      line += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
  }
  line += '"';
}

thread_local const LogFields* being_logged = nullptr;

}  // namespace

void log_event(spdlog::logger* logger, Severity severity, std::string_view event, const LogFields& fields,
               std::string_view message) {
  if (logger == nullptr || !logger->should_log(level_of(severity))) return;
  const LogFields all = fields_of_event(event, fields, message);
  being_logged = &all;
  logger->log(level_of(severity), to_logfmt(all));  // spdlog reports what a sink throws; it does not pass it on
  being_logged = nullptr;
}

const LogFields* event_being_logged() { return being_logged; }

LogFields fields_of_event(std::string_view event, const LogFields& fields, std::string_view message) {
  LogFields all{{"event", event}};
  all.insert(all.end(), fields.begin(), fields.end());
  all.emplace_back("message", message);
  return all;
}

std::string to_logfmt(const LogFields& fields) {
  std::string line;
  for (const LogField& field : fields) append(line, field.name, field.value);
  return line;
}

}  // namespace copybench
