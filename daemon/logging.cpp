#include "daemon/logging.h"

#include <errno.h>
#include <fmt/format.h>
#include <poll.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/sink.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#include <unistd.h>

#include <cctype>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "daemon/log_drain.h"

namespace copybench {
namespace {

int priority_of(spdlog::level::level_enum level) {
  if (level >= spdlog::level::err) return LOG_ERR;
  if (level == spdlog::level::warn) return LOG_WARNING;
  return level == spdlog::level::info ? LOG_INFO : LOG_DEBUG;
}

// Waits for space, also if the pipe was made non-blocking. Returns false if there is no reader or the write fails.
bool write_to_stderr(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(STDERR_FILENO, bytes.data(), bytes.size());
    if (n > 0) bytes.remove_prefix(static_cast<size_t>(n));
    if (n >= 0 || errno == EINTR) continue;
    pollfd writable{STDERR_FILENO, POLLOUT, 0};
    if (errno != EAGAIN || ::poll(&writable, 1, -1) < 0) return false;
  }
  return true;
}

// fields: none for a line that is no event, which is then the message.
bool write_to_journal(spdlog::level::level_enum level, const LogFields& fields, std::string_view text) {
  std::vector<std::string> entries{fmt::format("PRIORITY={}", priority_of(level)), "SYSLOG_IDENTIFIER=copybenchd"};
  for (const LogField& field : fields.empty() ? LogFields{{"message", text}} : fields) {
    std::string entry;
    for (const char c : field.name) entry += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    entries.push_back(entry + "=" + field.value);
  }
  std::vector<iovec> parts;
  for (std::string& entry : entries) parts.push_back({entry.data(), entry.size()});
  return ::sd_journal_sendv(parts.data(), static_cast<int>(parts.size())) >= 0 || write_to_stderr(fmt::format("{}\n", text));
}

LogDrain::Write writer() {
  if (stderr_is_journal()) return [](const LogLine& line) { return write_to_journal(line.level, line.fields, line.text); };
  auto formatter = std::make_shared<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  return [formatter](const LogLine& line) {
    spdlog::memory_buf_t text;
    formatter->format(spdlog::details::log_msg(line.time, {}, "copybenchd", line.level, line.text), text);
    return write_to_stderr({text.data(), text.size()});
  };
}

// The writer formats the lines, so this sink ignores patterns and formatters.
class DrainSink : public spdlog::sinks::sink {
 public:
  explicit DrainSink(std::unique_ptr<LogDrain> drain) : drain_(std::move(drain)) {}
  void log(const spdlog::details::log_msg& message) override {
    const LogFields* const fields = event_being_logged();
    drain_->put({message.time, message.level, std::string(message.payload.data(), message.payload.size()),
                 fields ? *fields : LogFields{}});
  }
  void flush() override {}
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

 private:
  const std::unique_ptr<LogDrain> drain_;
};

}  // namespace

// systemd.exec(5): the variable stays set when stderr is redirected, so the device and inode of stderr decide.
bool stderr_is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &status) != 0) return false;
  return stream == fmt::format("{}:{}", status.st_dev, status.st_ino);
}

Result<std::shared_ptr<spdlog::logger>> make_logger(const std::string& level) {
  auto drain = LogDrain::start(writer());
  if (!drain) return tl::unexpected(std::move(drain.error()));
  auto logger = std::make_shared<spdlog::logger>("copybenchd", std::make_shared<DrainSink>(std::move(*drain)));
  set_level(*logger, level);
  return logger;
}

void log_failed_start(const std::string& message) {
  const LogFields fields = fields_of_event("start_failed", {}, message);
  write_to_journal(spdlog::level::err, fields, to_logfmt(fields));
}

void set_level(spdlog::logger& logger, const std::string& level) { logger.set_level(spdlog::level::from_str(level)); }

}  // namespace copybench
