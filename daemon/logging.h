// The destination of the daemon's log. If stderr is the journal ($JOURNAL_STREAM), events go there as fields (sd_journal_sendv),
// so that `journalctl -u copybenchd EVENT=run_finished` finds them. Otherwise they go to stderr, one line of key=value each
// (core/base/log_event.h). Callers do not wait for the write: see LogDrain.
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
// Fails if its thread cannot be started.
Result<std::shared_ptr<spdlog::logger>> make_logger(const std::string& level);
// Writes to the journal, for a process that ends without a logger.
void log_failed_start(const std::string& message);
// "debug", "info", "warning" or "error". Any thread.
void set_level(spdlog::logger& logger, const std::string& level);

}  // namespace copybench
