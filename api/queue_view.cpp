#include "api/queue_view.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/model/plan.h"

namespace copybench {

Nanoseconds estimated_duration(const ExperimentSpec& spec, int64_t runs) {
  return estimated_run_duration(spec) * std::max<int64_t>(runs, 0);
}

QueueView::Place QueueView::behind_all(Nanoseconds own_duration, Nanoseconds own_longest) const {
  if (places.empty()) return {0, own_duration, own_longest};
  const Place& last = places.rbegin()->second;
  return {last.position + 1, last.until_end + own_duration, last.until_end_max + own_longest};
}

StoreResult<QueueView> read_queue(Reader& reader, UtcTime now, std::optional<std::string> paused_reason) {
  constexpr int64_t kPage = 100;
  auto newest = reader.experiments(std::nullopt, 1);
  if (!newest) return tl::unexpected(std::move(newest.error()));
  QueueView view;
  view.paused_reason = std::move(paused_reason);
  if (newest->items.empty()) return view;
  const ExperimentRecord& last = newest->items.front();
  auto before = reader.queue_position(last.id);
  if (!before) return tl::unexpected(std::move(before.error()));
  int64_t unfinished = *before + (is_final(last.state) ? 0 : 1);
  if (unfinished == 0) return view;

  auto running = reader.running_run();
  if (!running) return tl::unexpected(std::move(running.error()));
  view.running = std::move(*running);

  std::vector<ExperimentRecord> queue;  // newest first
  std::optional<ExperimentId> cursor;
  do {
    auto page = reader.experiments(cursor, kPage);
    if (!page) return tl::unexpected(std::move(page.error()));
    for (ExperimentRecord& record : page->items) {
      if (!is_final(record.state)) queue.push_back(std::move(record));
    }
    cursor = page->next;
  } while (cursor && std::cmp_less(queue.size(), unfinished));

  Nanoseconds sum{};
  Nanoseconds longest{};
  int64_t position = 0;
  for (auto record = queue.rbegin(); record != queue.rend(); ++record) {
    Nanoseconds spent{};  // on the run that is under way
    if (view.running && view.running->experiment_id == record->id && view.running->started_at) {
      spent = std::clamp(Nanoseconds{now - *view.running->started_at}, Nanoseconds{0}, estimated_run_duration(record->spec));
    }
    const auto left = [&](int64_t runs) {
      return std::max(estimated_duration(record->spec, runs - record->runs.done()) - spent, Nanoseconds{0});
    };
    sum += left(record->runs.total);
    longest += left(record->runs.at_most);
    view.places[record->id] = {position++, sum, longest};
  }
  return view;
}

}  // namespace copybench
