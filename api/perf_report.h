// What perf can count here, as GET /system tells it. Probing spawns perf, which must not happen while something is
// being measured: so it is done once at the daemon's start, before the scheduler's, and remembered here; for other events
// between runs alone. Threads: any; report() never waits for a probe.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/model/field_error.h"
#include "core/perf/capability.h"
#include "core/perf/machine_checks.h"

namespace copybench {

class PerfReport {
 public:
  // Asks perf, for the default events, and tries zero-copy (some 50 ms), and keeps the answers. Meant for a thread beside the daemon's start.
  // perf must outlive this.
  void probe(PerfProbe& perf);

  // {"state": "probing" | "ready", "usable", "path", "version", "reason", "remedy", "events": [{event, works,
  // reason}]}; everything but the state is null while perf is being asked.
  Json report() const;
  // What stands in the way of measuring here; while perf is being asked, that, and little else.
  std::vector<MachineCheck> checks() const;
  // As perf says it; empty while that is not known.
  std::string version() const;

  // What speaks against having these events counted here, each by its place in the list ("/events/2"). While something is
  // measured perf is not asked: that an event is not known then is said of it too.
  std::vector<FieldError> doubts(const std::vector<std::string>& events) const;

  // The pure part of report(), for what has been found.
  static Json to_json(const PerfAvailability& availability, const std::vector<EventSupport>& events);

 private:
  mutable std::mutex mutex_;
  Json report_;  // null until probed
  std::string version_;
  std::shared_ptr<const ProbedMachine> machine_;
  PerfProbe* perf_ = nullptr;  // once probed
};

}  // namespace copybench
