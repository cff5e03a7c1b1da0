// Where the daemon's log goes: to the journal as fields where stderr is the journal ($JOURNAL_STREAM, sd_journal_sendv), so
// that `journalctl -u copybenchd EVENT=run_finished` finds what it asks for; else to stderr, a line of key=value each
// (core/base/log_event.h). Nobody who logs waits for it to be written: see LogDrain.
#pragma once

#include <memory>
#include <string>

#include "core/base/log_event.h"
#include "core/base/result.h"

namespace spdlog {
class logger;
}

namespace copybench {

bool stderr_is_journal();
// Fails where there is no thread for it.
Result<std::shared_ptr<spdlog::logger>> make_logger(const std::string& level);
// To the journal, for who ends without a logger.
void log_failed_start(const std::string& message);
// "debug", "info", "warning" or "error". Any thread.
void set_level(spdlog::logger& logger, const std::string& level);

}  // namespace copybench
