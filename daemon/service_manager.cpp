#include "daemon/service_manager.h"

#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cstdint>

namespace copybench {
namespace {

// A failure is ignored: the manager's own timeouts decide then, and there is nobody else to notify.
void tell(const std::string& words) { static_cast<void>(::sd_notify(0, words.c_str())); }

}  // namespace

void ServiceManager::ready() const { tell("READY=1"); }
void ServiceManager::reloading() const { tell("RELOADING=1"); }
void ServiceManager::stopping() const { tell("STOPPING=1\nSTATUS=stopping"); }
void ServiceManager::status(const std::string& text) const {
  std::string line = text;
  std::replace(line.begin(), line.end(), '\n', ' ');  // text after a newline would be another assignment
  tell("STATUS=" + line);
}
void ServiceManager::alive() const { tell("WATCHDOG=1"); }

std::optional<Nanoseconds> ServiceManager::watchdog_interval() const {
  uint64_t microseconds = 0;
  if (::sd_watchdog_enabled(0, &microseconds) <= 0) return std::nullopt;
  return Nanoseconds{static_cast<int64_t>(microseconds) * 500};
}

}  // namespace copybench
