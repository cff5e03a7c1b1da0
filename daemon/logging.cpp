#include "daemon/logging.h"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#include <unistd.h>

#include <cctype>
#include <cstdlib>
#include <mutex>
#include <vector>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "core/base/log_event.h"

namespace copybench {
namespace {

int priority_of(spdlog::level::level_enum level) {
  if (level >= spdlog::level::err) return LOG_ERR;
  if (level == spdlog::level::warn) return LOG_WARNING;
  return level == spdlog::level::info ? LOG_INFO : LOG_DEBUG;
}

class JournalSink : public spdlog::sinks::base_sink<std::mutex> {
 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    std::vector<std::string> entries{fmt::format("PRIORITY={}", priority_of(message.level)), "SYSLOG_IDENTIFIER=copybenchd"};
    for (const LogField& field : from_logfmt({message.payload.data(), message.payload.size()})) {
      std::string entry;
      for (const char c : field.name) entry += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      entries.push_back(entry + "=" + field.value);
    }
    std::vector<iovec> parts;
    for (std::string& entry : entries) parts.push_back({entry.data(), entry.size()});
    if (::sd_journal_sendv(parts.data(), static_cast<int>(parts.size())) < 0) {
      fmt::print(stderr, "{}\n", std::string_view(message.payload.data(), message.payload.size()));
    }
  }
  void flush_() override {}
};

}  // namespace

// systemd.exec(5): whoever redirects stderr leaves the variable behind, so that the file decides.
bool stderr_is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &status) != 0) return false;
  return stream == fmt::format("{}:{}", status.st_dev, status.st_ino);
}

std::shared_ptr<spdlog::logger> make_logger(const std::string& level) {
  spdlog::sink_ptr sink;
  if (stderr_is_journal()) {
    sink = std::make_shared<JournalSink>();
  } else {
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  }
  auto logger = std::make_shared<spdlog::logger>("copybenchd", std::move(sink));
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  logger->flush_on(spdlog::level::info);
  set_level(*logger, level);
  return logger;
}

void set_level(spdlog::logger& logger, const std::string& level) { logger.set_level(spdlog::level::from_str(level)); }

}  // namespace copybench
