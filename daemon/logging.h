// Where the daemon's log goes: to the journal as fields where stderr is the journal ($JOURNAL_STREAM, sd_journal_sendv), so
// that `journalctl -u copybenchd EVENT=run_finished` finds what it asks for; else to stderr, a line of key=value each
// (core/base/log_event.h).
#pragma once

#include <memory>
#include <string>

namespace spdlog {
class logger;
}

namespace copybench {

bool stderr_is_journal();
std::shared_ptr<spdlog::logger> make_logger(const std::string& level);
// "debug", "info", "warning" or "error". Any thread.
void set_level(spdlog::logger& logger, const std::string& level);

}  // namespace copybench
