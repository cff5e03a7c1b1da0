// Reasons why a run has no value for a figure, or no output of perf. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/json.h"
#include "core/model/names.h"
#include "core/model/records.h"

namespace copybench {

enum class MissingCode : uint8_t {
  other_engine,    // the figure exists for zero_copy only
  queued,          // the run is not measured yet
  running,
  not_completed,   // the run failed, timed out, was cancelled or was interrupted
  not_requested,   // the experiment did not ask perf for the event
  other_interval,  // perf counted the event, but not over the window
  not_counted,     // perf did not count the event; the sentence has its words
  no_reading,      // perf gave neither a value nor a reason
  no_value,        // the window gave no value
};
template <>
std::span<const std::string_view> names<MissingCode>();

// Counts of the events that are no figures: event -> count or null. `counters`: perf's readings in the evidence.
Json other_counters(const Json& counters);

// Both have a member for every figure of the run that is empty and for every other counter that is.
struct MissingValues {
  Json reasons = Json::object();  // name -> a sentence without its full stop
  Json codes = Json::object();    // name -> {"code", "event" (of a counter)}
};
MissingValues missing_values(const RunRow& run, const Json& counters);

// For a run without perf's text: what prevented perf, or why the run did not get that far.
std::string no_perf_reason(const RunRecord& run);

}  // namespace copybench
