// What is gathered of a run beside its figures and stored with it, however the run ended: each stage puts in what it
// learnt, so what no stage came to is empty. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/json.h"
#include "core/base/time.h"
#include "core/host/process_usage.h"
#include "core/model/steadiness.h"
#include "core/run/cpu_assignment.h"
#include "core/run/measurement.h"

namespace copybench {

struct RunEvidence {
  Measurement measurement;
  CpuAssignment cpus;
  bool counted = false;      // perf stat stood around the engine
  std::string not_counted;   // why it did not
  std::string perf_version;  // empty where there is no perf
  Steadiness steadiness{false, "the window did not end", {}};
  Json noise;                // judge_noise()'s; null unless the run completed
  ProcessUsage daemon;       // of this process, within the window
  uint64_t requests = 0;     // that it served meanwhile
  int64_t seccomp_filters = 0;
  Nanoseconds set_up{};      // from the run's begin to its warm-up
  Nanoseconds tear_down{};   // from the window's end to the last child's
};

// windows_ns, counters, perf, server, client, machine_cpu, latency_histogram, samples, steadiness, noise, zerocopy,
// strangers, rejected_clients_in_window, daemon, requests_in_window, seccomp_filters, set_up_ns, tear_down_ns. What the children did not report is null.
Json to_json(const RunEvidence& evidence);

}  // namespace copybench
