// Runs -> JSON, and the profile of one. Names of figures come from figure_columns(), so that JSON, CSV and database agree.
// Pure.
#pragma once

#include "core/base/json.h"
#include "core/model/records.h"
#include "core/store/reader.h"

namespace copybench {

// Identity, figures, zerocopy label, counters that are no figures, `missing` (why a figure or counter is null; of completed
// runs), times, reason, links; for lists and events.
Json run_json(const RunRow& run);
// The same with `missing` whatever its state, and `evidence`.
Json run_json(const RunRecord& run);

// Identity, what was sampled and how, copy_share, links.
Json profile_json(const ProfileRow& row);

}  // namespace copybench
