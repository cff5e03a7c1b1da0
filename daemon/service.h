// Composes the daemon: serve() constructs its objects in order and destroys them in reverse.
//
// Threads: call it before any other thread exists, since it blocks the signals that it handles. Returns when a signal has stopped
// the daemon; an error says why it could not start. SIGHUP reads the configuration again with the same flags. Settings that
// cannot change while the daemon runs are named in the log.
#pragma once

#include <memory>

#include "core/base/result.h"
#include "daemon/serve_checks.h"
#include "daemon/serve_options.h"

namespace spdlog {
class logger;
}

namespace copybench {

Result<void> serve(const Flags& flags, ServeConfiguration configuration, Preparation preparation,
                   const std::shared_ptr<spdlog::logger>& logger);

}  // namespace copybench
