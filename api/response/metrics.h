// Values -> the text format that Prometheus scrapes (version 0.0.4). Names follow its conventions: the unit is in the name;
// counters end in _total. Values are gathered at each scrape; nothing is registered. metrics_text() is pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "core/store/reader.h"

namespace copybench {

struct ProcessStart {
  UtcTime utc;
  Monotonic::time_point monotonic;
};

struct ProcessFacts {
  double started_at_s = 0;  // since 1970
  double uptime_s = 0;      // by the monotonic clock
  std::optional<int64_t> resident_bytes;
  std::optional<int64_t> open_files;
  std::optional<int64_t> max_open_files;
  double cpu_s = 0;
};
ProcessFacts process_facts(const ProcessStart& start);

struct MetricsInput {
  std::string version;
  ProcessFacts process;
  StoreCounts counts;
  std::vector<RunRow> last_completed;             // one for each engine that has completed a run
  bool paused = false;                            // the scheduler measures nothing although runs are queued
  std::optional<StoreError::Kind> write_error;    // of the last write, if it failed
  std::map<int, uint64_t> requests;               // answered requests by status
  size_t event_streams = 0;                       // open now
};

// A missing value has no sample.
std::string metrics_text(const MetricsInput& input);

}  // namespace copybench
