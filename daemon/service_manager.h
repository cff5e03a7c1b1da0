// What the daemon tells the service manager that started it (sd_notify(3)); nothing where none did.
// One datagram each, sent and not waited for. Any thread.
#pragma once

#include <optional>
#include <string>

#include "core/base/time.h"

namespace copybench {

class ServiceManager {
 public:
  void ready() const;
  void reloading() const;
  void stopping() const;
  // One line for `systemctl status`.
  void status(const std::string& text) const;

  // How often alive() must be said at the most, and is said: half of the unit's WatchdogSec. None: nobody waits for it.
  std::optional<Nanoseconds> watchdog_interval() const;
  void alive() const;
};

}  // namespace copybench
