// Runs and profiles -> JSON. Names of figures come from figure_columns(), so that JSON, CSV and database agree. Pure.
#pragma once

#include "core/base/json.h"
#include "core/model/records.h"
#include "core/store/reader.h"

namespace copybench {

// For lists and events: identity, figures, zerocopy label, flags, counters that are no figures, `missing` and
// `missing_codes` (why a figure or counter is null; completed runs only), times, reason, links.
Json run_json(const RunRow& run);
// The same with both in every state, and `evidence`.
Json run_json(const RunRecord& run);

// Identity, the profile's report (what was sampled and how, copy_share), flags, links.
Json profile_json(const ProfileRow& row);

}  // namespace copybench
