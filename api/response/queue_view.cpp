#include "api/response/queue_view.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/model/plan.h"

namespace copybench {
namespace {

// Limits that keep sums from overflowing, whatever a row contains: 30 years, and a number of runs.
constexpr Nanoseconds kLongest = std::chrono::hours{24 * 365 * 30};
constexpr int64_t kMostRuns = 50'000;

}  // namespace

Nanoseconds estimated_duration(const ExperimentSpec& spec, int64_t runs) {
  return estimated_run_duration(spec) * std::max<int64_t>(runs, 0);
}

QueueView::Place QueueView::behind_all(Nanoseconds own_duration, Nanoseconds own_longest) const {
  if (places.empty()) return {0, own_duration, own_longest};
  const Place& last = places.rbegin()->second;
  return {last.position + 1, last.until_end + own_duration, last.until_end_max + own_longest};
}

StoreResult<QueueView> read_queue(Reader& reader, UtcTime now, std::optional<std::string> paused_reason) {
  auto queue = reader.queue();
  if (!queue) return tl::unexpected(std::move(queue.error()));
  QueueView view;
  view.paused_reason = std::move(paused_reason);
  if (queue->empty()) return view;
  auto running = reader.running_run();
  if (!running) return tl::unexpected(std::move(running.error()));
  view.running = std::move(*running);

  Nanoseconds sum{};
  Nanoseconds longest{};
  int64_t position = 0;
  for (const QueuedExperiment& queued : *queue) {
    const Nanoseconds one = queued.run + kRunOverhead;
    Nanoseconds spent{};  // on the running run
    if (view.running && view.running->experiment_id == queued.id && view.running->started_at) {
      // Clamp in milliseconds: the wall clock may have jumped, and centuries do not fit into nanoseconds.
      const auto since = std::clamp<UtcTime::duration>(now - *view.running->started_at, {}, std::chrono::hours{24});
      spent = std::min<Nanoseconds>(since, one);
    }
    const auto left = [&](int64_t runs) {
      return std::max(one * std::clamp<int64_t>(runs, 0, kMostRuns) - spent, Nanoseconds{0});
    };
    sum = std::min(sum + left(queued.runs_left), kLongest);
    longest = std::min(longest + left(queued.runs_left_at_most), kLongest);
    view.places[queued.id] = {position++, sum, longest};
  }
  return view;
}

}  // namespace copybench
