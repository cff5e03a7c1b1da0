// The loop of the daemon's main thread once all else runs. It waits for signals, and notifies the service manager's watchdog as
// long as the scheduler and the store make progress. It wakes up once in half of WatchdogSec, within windows too; their runs'
// evidence counts these wake-ups.
//
// SIGHUP reloads. If stdin is a terminal, SIGHUP means that the terminal was closed, and ends the daemon like SIGINT and SIGTERM.
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
  std::function<std::optional<std::string>()> stalled;  // what makes no progress; none if all does
  std::function<void()> reload;
};

// Returns the signal that ends the daemon.
int supervise(SignalFd& signals, const ServiceManager& manager, const Supervised& supervised,
              const std::shared_ptr<spdlog::logger>& logger);

}  // namespace copybench
