#include "daemon/supervision.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>

#include "core/base/log_event.h"
#include "core/base/time.h"

namespace copybench {
namespace {

int milliseconds_until(Monotonic::time_point time) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(time - Monotonic::now());
  return static_cast<int>(std::max<int64_t>(left.count(), 0));
}

}  // namespace

int supervise(SignalFd& signals, const ServiceManager& manager, const Supervised& supervised,
              const std::shared_ptr<spdlog::logger>& logger) {
  const bool hangup_reloads = ::isatty(STDIN_FILENO) == 0;
  const auto interval = manager.watchdog_interval();
  auto next = Monotonic::now();  // at once: the start has already used part of the first interval
  bool withheld = false;
  for (;;) {
    pollfd signalled{signals.fd(), POLLIN, 0};
    ::poll(&signalled, 1, interval ? milliseconds_until(next) : -1);
    if (const auto signal = signals.take()) {
      if (*signal != SIGHUP || !hangup_reloads) return *signal;
      supervised.reload();
    }
    if (!interval || Monotonic::now() < next) continue;
    next = Monotonic::now() + *interval;
    const auto stalled = supervised.stalled();
    if (!stalled) {
      manager.alive();
    } else if (!withheld) {
      log_event(logger.get(), Severity::error, "stalled", {{"reason", *stalled}},
                "no progress: " + *stalled + "; the service manager's watchdog is left to end this process");
    }
    withheld = stalled.has_value();
  }
}

}  // namespace copybench
