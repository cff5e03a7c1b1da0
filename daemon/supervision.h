// The daemon's main thread once all else runs: it waits for signals, and says to the service manager's watchdog that the
// scheduler and the store make progress, only while they do. One wake-up each half of WatchdogSec; it falls into windows
// too, and is counted in their runs' evidence.
//
// SIGHUP reloads; from a terminal, whose closing it then tells, it ends the daemon as SIGINT and SIGTERM do.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/base/signals.h"
#include "daemon/service_manager.h"

namespace spdlog {
class logger;
}

namespace copybench {

struct Supervised {
  std::function<std::optional<std::string>()> stalled;  // what makes no progress; none while all does
  std::function<void()> reload;
};

// Returns the signal that ends the daemon.
int supervise(SignalFd& signals, const ServiceManager& manager, const Supervised& supervised,
              const std::shared_ptr<spdlog::logger>& logger);

}  // namespace copybench
