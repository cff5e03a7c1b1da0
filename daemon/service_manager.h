// Notifies the service manager that started the daemon (sd_notify(3)). Does nothing if there is none.
// Sends one datagram per call, and does not wait. Any thread.
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

  // The interval of alive(): half of the unit's WatchdogSec. None if there is no watchdog.
  std::optional<Nanoseconds> watchdog_interval() const;
  void alive() const;
};

}  // namespace copybench
