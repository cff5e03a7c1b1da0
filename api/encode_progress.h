// How far an experiment is and what it found by now -> JSON. Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "api/queue_view.h"
#include "core/base/json.h"
#include "core/model/names.h"
#include "core/model/records.h"

namespace copybench {

// runs_done and its parts runs_completed, runs_failed and runs_cancelled, runs_total, runs_at_most, eta_s, eta_max_s,
// queue_position and paused_reason (null once it is final), current (null unless a run of it runs), repeats, crossover.
Json progress_json(const ExperimentRecord& record, const QueueView& queue);

// The same with experiment_id and state before it, for event streams.
Json progress_event_json(const ExperimentRecord& record, const QueueView& queue);

// "repeats": how far the repetitions until an interval are; "crossover": what the search found by now. Null where the
// experiment has none.
Json findings_json(const ExperimentRecord& record);

// The state's name: cancelled where the experiment ended before the repetitions did.
std::string_view settled_state(RepeatState state, const ExperimentRecord& record);

int64_t runs_at_most(const ExperimentRecord& record);

}  // namespace copybench
