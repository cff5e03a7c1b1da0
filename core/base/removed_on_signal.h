// Unfinished files that go when a signal ends the process: Ctrl-C leaves nothing behind that nobody asked for.
#pragma once

#include <signal.h>

#include <array>
#include <string>
#include <vector>

namespace copybench {

// While it lives, SIGINT, SIGTERM and SIGHUP remove these files and empty folders, in this order, and then do what they do
// without it. A signal that is ignored stays ignored.
// Threads: one such object at a time, in a program that has no handlers of its own for these signals.
class RemovedOnSignal {
 public:
  explicit RemovedOnSignal(std::vector<std::string> paths);
  ~RemovedOnSignal();
  RemovedOnSignal(const RemovedOnSignal&) = delete;
  RemovedOnSignal& operator=(const RemovedOnSignal&) = delete;

 private:
  static constexpr std::array<int, 3> kSignals{SIGINT, SIGTERM, SIGHUP};
  static void remove_all(int signal);

  std::vector<std::string> paths_;
  std::array<struct sigaction, kSignals.size()> before_{};
};

}  // namespace copybench
