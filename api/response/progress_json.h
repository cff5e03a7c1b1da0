// Progress and findings of an experiment -> JSON. Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "api/response/queue_view.h"
#include "core/base/json.h"
#include "core/model/names.h"
#include "core/model/records.h"

namespace copybench {

// runs_done and its parts runs_completed, runs_failed and runs_cancelled, runs_total, runs_at_most, eta_s, eta_max_s,
// queue_position and paused_reason (null once it is final), current (null unless one of its runs is running), repeats,
// crossover.
Json progress_json(const ExperimentRecord& record, const QueueView& queue);

// The same after experiment_id and state, for event streams.
Json progress_event_json(const ExperimentRecord& record, const QueueView& queue);

// "repeats": progress of the repetitions until an interval is reached; "crossover": findings of the search so far. Null where
// the experiment has none.
Json findings_json(const ExperimentRecord& record);

// The state's name: cancelled if the experiment ended before the repetitions did.
std::string_view settled_state(RepeatState state, const ExperimentRecord& record);

int64_t runs_at_most(const ExperimentRecord& record);

}  // namespace copybench
