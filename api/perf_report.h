// What perf can count here, as GET /system tells it. Probing spawns perf, which must not happen while something is
// being measured: so it is done once at the daemon's start, before the scheduler's, and only remembered here. Threads:
// any; report() never waits for a probe.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/perf/capability.h"

namespace copybench {

class PerfReport {
 public:
  // Asks perf, for the default events (some 20 ms), and keeps the answer. Meant for a thread beside the daemon's start.
  void probe(PerfProbe& perf);

  // {"state": "probing" | "ready", "usable", "path", "version", "reason", "remedy", "events": [{event, works,
  // reason}]}; everything but the state is null while perf is being asked.
  Json report() const;
  // As perf says it; empty while that is not known.
  std::string version() const;

  // The pure part of report(), for what has been found.
  static Json to_json(const PerfAvailability& availability, const std::vector<EventSupport>& events);

 private:
  mutable std::mutex mutex_;
  Json report_;  // null until probed
  std::string version_;
};

}  // namespace copybench
