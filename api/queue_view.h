// The queue as a caller wants to know it: what is running, how many are ahead, and when it will be over. Read from an index
// of the store for each answer: no experiment is parsed, and nothing is remembered. Threads: the reader's.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/base/time.h"
#include "core/model/records.h"
#include "core/store/reader.h"

namespace copybench {

struct QueueView {
  struct Place {
    int64_t position = 0;     // experiments before it; 0 for the one whose turn it is
    Nanoseconds until_end{};      // by the durations of all runs planned up to and with its own
    Nanoseconds until_end_max{};  // and of those that may follow from results
  };
  std::map<ExperimentId, Place> places;  // of the experiments that are not final
  std::optional<RunRow> running;
  std::optional<std::string> paused_reason;  // why nothing is measured although something waits

  // The place that a new experiment would have.
  Place behind_all(Nanoseconds own_duration, Nanoseconds own_longest) const;
};

// What the runs of a plan take that has so many.
Nanoseconds estimated_duration(const ExperimentSpec& spec, int64_t runs);

// paused_reason: the scheduler's.
StoreResult<QueueView> read_queue(Reader& reader, UtcTime now, std::optional<std::string> paused_reason);

}  // namespace copybench
