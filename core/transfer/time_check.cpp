#include "core/transfer/time_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>

#include "core/model/json_shape.h"

namespace copybench {
namespace {

std::optional<int64_t> time_of(const Json& row, const char* key) { return whole_of(row.value(key, Json())); }

std::string shown_time(std::optional<int64_t> time) { return time ? fmt::format("{}", *time) : "null"; }

int64_t place_of(const Json& run) { return whole_of(run.value("finished_as", Json())).value_or(0); }

}  // namespace

std::string time_order_problem(const Json& row) {
  const auto finished = time_of(row, "finished_at_ms"), started = time_of(row, "started_at_ms");
  if (finished && started && *finished < *started) {
    return fmt::format("finished_at_ms is {}; allowed: from started_at_ms, {}", *finished, *started);
  }
  return finished ? "" : "finished_at_ms is null; allowed of what has ended: a time";
}

std::string experiment_times_problem(const Json& experiment, const std::vector<Json>& runs) {
  // Runs are measured one after another, so they end in the order in which they began.
  const Json* first = nullptr;
  const Json* last = nullptr;
  for (const Json& run : runs) {
    if (time_of(run, "started_at_ms") && (first == nullptr || place_of(run) < place_of(*first))) first = &run;
    if (last == nullptr || place_of(run) > place_of(*last)) last = &run;
  }
  const auto started = time_of(experiment, "started_at_ms"), finished = time_of(experiment, "finished_at_ms");
  const auto first_started = first != nullptr ? time_of(*first, "started_at_ms") : std::nullopt;
  if (started != first_started) {
    return fmt::format("started_at_ms is {}; allowed: when the first of its runs started, {}", shown_time(started),
                       shown_time(first_started));
  }
  const auto ended = last != nullptr ? time_of(*last, "finished_at_ms") : std::nullopt;
  if (!ended || finished == ended) return "";
  // The store raises an end that lies before its beginning, of the run and of the experiment each. So a run that ended when it
  // started tells no more than that the clock said that time, or an earlier one.
  const auto began = started ? *started : time_of(experiment, "created_at_ms").value_or(0);
  const bool raised = time_of(*last, "started_at_ms") == ended;
  const int64_t latest = std::max(*ended, began);
  const int64_t earliest = raised ? std::min(latest, began) : latest;
  if (finished >= earliest && finished <= latest) return "";
  return fmt::format("finished_at_ms is {}; allowed: when the last of its runs finished, {}", shown_time(finished), *ended);
}

}  // namespace copybench
