// Reports what perf can count on this machine, for GET /system. Probing spawns perf, which must not happen during a measurement.
// So the daemon probes once at its start, before the scheduler starts, and keeps the result here; other events are probed only
// between runs. Threads: any; report() never waits for a probe.
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
  // Probes perf for the default events, tries zero-copy, and keeps the results. Blocks for about 50 ms. Call it once, while
  // nothing is measured. perf must outlive this.
  void probe(PerfProbe& perf);

  // {"state": "probing" | "ready", "usable", "path", "version", "reason", "remedy", "events": [{event, works,
  // reason}]}; everything but the state is null during the probe.
  Json report() const;
  // Checks of this machine for measuring. During the probe: that perf is being probed, and the locked-memory check.
  std::vector<MachineCheck> checks() const;
  // As perf reports it; empty during the probe.
  std::string version() const;

  // Warnings about events that cannot or may not be counted here, each with its place in the list ("/events/2"). During a
  // measurement perf is not probed: then an event that was not probed before gets a warning too.
  std::vector<FieldError> doubts(const std::vector<std::string>& events) const;

  // The pure part of report().
  static Json to_json(const PerfAvailability& availability, const std::vector<EventSupport>& events);

 private:
  mutable std::mutex mutex_;
  Json report_;  // null until probed
  std::string version_;
  std::shared_ptr<const ProbedMachine> machine_;
  PerfProbe* perf_ = nullptr;  // once probed
};

}  // namespace copybench
