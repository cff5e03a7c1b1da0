// The daemon's composition: its objects live in serve(), in the order of their construction, and die in reverse.
//
// Threads: call it before any other thread exists: it takes the signals for itself. Returns when a signal has ended the
// daemon in order; an error says why it could not start. SIGHUP has the configuration read again by the same flags; what
// cannot change while it runs is named in the log.
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
