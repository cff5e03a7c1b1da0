#include "core/base/log_event.h"

#include <spdlog/logger.h>

#include <optional>

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

constexpr std::string_view kStart = "event=";

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

// Removes a quoted value (`"…"`) from the front of the text and returns it unescaped.
std::optional<std::string> take_quoted(std::string_view& text) {
  std::string value;
  for (size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '"') {
      text.remove_prefix(at + 1);
      return value;
    }
    if (text[at] == '\\' && at + 1 < text.size()) {
      ++at;
      value += text[at] == 'n' ? '\n' : text[at];
    } else {
      value += text[at];
    }
  }
  return std::nullopt;
}

std::optional<LogField> take_field(std::string_view& text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const std::string_view name = text.substr(0, equals);
  text.remove_prefix(equals + 1);
  std::optional<std::string> value;
  if (text.starts_with('"')) {
    value = take_quoted(text);
  } else {
    value = text.substr(0, text.find(' '));
    text.remove_prefix(value->size());
  }
  if (!value || !(text.empty() || text.starts_with(' '))) return std::nullopt;
  if (!text.empty()) text.remove_prefix(1);
  return LogField(name, *value);
}

}  // namespace

void log_event(spdlog::logger* logger, Severity severity, std::string_view event, const LogFields& fields,
               std::string_view message) {
  if (logger == nullptr || !logger->should_log(level_of(severity))) return;
  logger->log(level_of(severity), to_logfmt(event, fields, message));
}

std::string to_logfmt(std::string_view event, const LogFields& fields, std::string_view message) {
  std::string line;
  append(line, "event", event);
  for (const LogField& field : fields) append(line, field.name, field.value);
  append(line, "message", message);
  return line;
}

LogFields from_logfmt(std::string_view line) {
  LogFields plain{{"message", line}};
  if (!line.starts_with(kStart)) return plain;
  LogFields fields;
  while (!line.empty()) {
    auto field = take_field(line);
    if (!field) return plain;
    fields.push_back(std::move(*field));
  }
  return fields.back().name == "message" ? fields : plain;
}

}  // namespace copybench
