// Values -> JSON of the API. Names of figures come from figure_columns(), so that JSON, CSV and database agree. Pure.
#pragma once

#include <string>

#include "api/queue_view.h"
#include "core/base/json.h"
#include "core/model/plan.h"
#include "core/model/records.h"
#include "core/model/summary.h"
#include "core/store/reader.h"

namespace copybench {

std::string experiment_path(ExperimentId id);  // "/experiments/7"
std::string run_path(RunId id);
Json configuration_json(const Configuration& configuration);  // engine, field_bytes, message_bytes, threads

Json experiment_json(const ExperimentRecord& record, const QueueView& queue);
// What it was first measured under, with what changed in its course; null where there is nothing recorded.
Json circumstances_json(const std::vector<RecordedCircumstances>& recorded);
Json calibrations_json(ExperimentId id, const std::vector<CalibrationRecord>& taken);
// What tells the last circumstances of two experiments apart.
Json circumstances_diff_json(ExperimentId base, const std::vector<RecordedCircumstances>& of_base, ExperimentId head,
                             const std::vector<RecordedCircumstances>& of_head);
// runs_done and its parts runs_completed, runs_failed and runs_cancelled, runs_total, runs_at_most, eta_s, eta_max_s,
// queue_position and paused_reason (null once it is final), current (null unless a run of it runs), repeats, crossover.
Json progress_json(const ExperimentRecord& record, const QueueView& queue);

// The same with experiment_id and state before it, for event streams.
Json progress_event_json(const ExperimentRecord& record, const QueueView& queue);

// Identity, figures, zerocopy label, counters that are no figures, `missing` (why a figure or counter is null; of completed
// runs), times, reason, links; for lists and events.
Json run_json(const RunRow& run);
// The same with `missing` whatever its state, and `evidence`.
Json run_json(const RunRecord& run);

// What a dry run answers: the spec as expanded and every run in the order of measurement.
// warnings: what does not stand in the way of queueing it.
Json plan_json(const Plan& plan, const std::vector<FieldError>& warnings);

Json summary_json(const ExperimentRecord& record, const ExperimentSummary& summary);

// Identity, what was sampled and how, copy_share, links.
Json profile_json(const ProfileRow& row);

// A list's one page: {"items", "next"}, next as text or null.
Json page_json(Json items, const std::optional<int64_t>& next);

}  // namespace copybench
