// The queue as answers show it: the running run, how many experiments are ahead, and when each will end. Read from an index of
// the store for each answer: no experiment is parsed and nothing is cached. Threads: the reader's.
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
    int64_t position = 0;     // experiments before it; 0: it is its turn
    Nanoseconds until_end{};      // sum of the durations of all planned runs up to and including its own
    Nanoseconds until_end_max{};  // the same with runs that may follow from results
  };
  std::map<ExperimentId, Place> places;  // of all experiments that are not final
  std::optional<RunRow> running;
  std::optional<std::string> paused_reason;  // why nothing is measured although experiments wait

  // The place that a new experiment would have.
  Place behind_all(Nanoseconds own_duration, Nanoseconds own_longest) const;
};

// The estimated duration of `runs` runs.
Nanoseconds estimated_duration(const ExperimentSpec& spec, int64_t runs);

// paused_reason: the scheduler's.
StoreResult<QueueView> read_queue(Reader& reader, UtcTime now, std::optional<std::string> paused_reason);

}  // namespace copybench
