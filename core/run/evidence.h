// The records of a run beside its figures. They are stored with it, however the run ended. Each stage adds its results, so
// the results of stages that were not reached are empty. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "core/analysis/steadiness.h"
#include "core/base/json.h"
#include "core/base/time.h"
#include "core/host/process_usage.h"
#include "core/run/cpu_assignment.h"
#include "core/run/measurement.h"

namespace copybench {

struct RunEvidence {
  Measurement measurement;
  CpuAssignment cpus;
  bool counted = false;      // the engine ran under perf stat
  std::string not_counted;   // why it did not
  std::string perf_version;  // empty without perf
  Steadiness steadiness{false, "the window did not end", {}};
  Json noise;                // from detect_noise(); null unless the run completed
  ProcessUsage daemon;       // of this process, within the window
  uint64_t requests = 0;     // that it served within the window
  int64_t seccomp_filters = 0;
  Nanoseconds set_up{};      // from the run's begin to its warm-up
  Nanoseconds tear_down{};   // from the window's end to the end of the last child
};

// Keys: windows_ns, counters, perf, server, client, machine_cpu, latency_histogram, samples, steadiness, noise, zerocopy,
// strangers, rejected_clients_in_window, daemon, requests_in_window, seccomp_filters, set_up_ns, tear_down_ns. Values that
// the children did not report are null.
Json to_json(const RunEvidence& evidence);

}  // namespace copybench
