// What perf can count here. Probed by running perf itself on a trivial command: the only answer that holds.
// Threads: PerfProbe is internally locked.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace copybench {

struct EventSupport {
  std::string event;
  bool works = false;
  std::string reason;  // where it does not: "not supported by this machine", "unknown to perf: <its words>"
};

struct PerfAvailability {
  bool usable = false;       // perf exists and may count this user's own processes
  std::string path;          // empty where there is no perf
  std::string version;       // "6.1.187"
  bool json = false;         // knows -j
  std::string reason;        // why it is not usable
  std::string remedy;        // the command that mends it; empty where usable
};

class PerfProbe {
 public:
  // perf_path: the program's name or path ("perf").
  explicit PerfProbe(std::string perf_path);

  // Probed once, at the first call (some 10 ms).
  const PerfAvailability& availability();
  // One perf run for the events that were not asked for before (some 10 ms), remembered afterwards. A `not supported`
  // event works=false; perf knows it, and a run may still ask for it. Must not be called within a window.
  std::vector<EventSupport> support(const std::vector<std::string>& events);

 private:
  std::string perf_path_;
  std::mutex mutex_;
  std::optional<PerfAvailability> availability_;
  std::map<std::string, EventSupport> events_;
};

}  // namespace copybench
