#include "api/endpoints/event_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "api/endpoints/experiment_watch.h"
#include "api/http/problem.h"
#include "api/response/experiment_json.h"
#include "api/response/progress_json.h"
#include "api/response/run_json.h"

namespace copybench {
namespace {

using namespace std::chrono_literals;

constexpr int64_t kRunsAtOnce = 100;
constexpr auto kPlaceWait = 250ms;
constexpr std::string_view kReconnect = "retry: 2000\n\n";  // a browser's delay before it reconnects, in ms

std::string event(std::string_view name, const Json& data) {
  return fmt::format("event: {}\ndata: {}\n\n", name, dump(data));
}

}  // namespace

EventStreams::EventStreams(ReaderPool& readers, ChangeNotifier& changed, PausedReason paused_reason, size_t capacity,
                           std::chrono::milliseconds heartbeat)
    : readers_(readers),
      changed_(changed),
      paused_reason_(std::move(paused_reason)),
      capacity_(capacity),
      heartbeat_(heartbeat) {}

EventStreams::PlaceHeld EventStreams::take_place(const std::string& client) {
  std::unique_lock lock(mutex_);
  if (places_.size() >= capacity_) {
    if (std::exchange(asking_, true)) return nullptr;
    const auto comes_free = [&] {
      changed_.raise();
      return place_free_.wait_for(lock, kPlaceWait, [this] { return places_.size() < capacity_; });
    };
    // Streams whose clients have left hold their places until they wake.
    const bool free = comes_free() || (want_back_for(client) && comes_free());
    asking_ = false;
    if (!free) return nullptr;
  }
  auto place = std::make_unique<Place>(client);
  places_.push_back(place.get());
  return {place.release(), [this](Place* held) {
            const std::unique_ptr<Place> ended(held);
            std::lock_guard guard(mutex_);
            std::erase(places_, held);
            place_free_.notify_one();
          }};
}

bool EventStreams::want_back_for(const std::string& client) {
  std::map<std::string, size_t> held;
  for (const Place* place : places_) {
    if (place->wanted_back) return true;  // this one will be released
    ++held[place->client];
  }
  const auto most = std::max_element(held.begin(), held.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most == held.end() || most->second < held[client] + 2) return false;
  const auto oldest =
      std::find_if(places_.begin(), places_.end(), [&](const Place* place) { return place->client == most->first; });
  (*oldest)->wanted_back = true;
  return true;
}

size_t EventStreams::open() const {
  std::lock_guard guard(mutex_);
  return places_.size();
}

void EventStreams::end_all() {
  {
    std::lock_guard guard(mutex_);
    for (Place* place : places_) place->wanted_back = true;
  }
  changed_.raise();
}

StoreResult<EventStreams::Round> EventStreams::next_round(ExperimentId experiment, int64_t after) {
  const ReaderPool::Lease reader = readers_.lease();
  // Read the record first: if it is final, all its runs can be read already.
  auto record = reader->experiment(experiment);
  if (!record) return tl::unexpected(std::move(record.error()));
  auto runs = reader->runs_finished_after(experiment, after, kRunsAtOnce);
  if (!runs) return tl::unexpected(std::move(runs.error()));
  auto queue = read_queue(*reader, utc_now(), paused_reason_());
  if (!queue) return tl::unexpected(std::move(queue.error()));

  Round round;
  round.after = after;
  round.progress = event("progress", progress_event_json(*record, *queue));
  for (const RunRow& run : *runs) {
    round.after = run.finish_sequence;
    round.runs += fmt::format("id: {}\n", run.finish_sequence) + event("run", run_json(run));
  }
  round.more = std::cmp_equal(runs->size(), kRunsAtOnce);
  if (!round.more && is_final(record->state)) {
    round.end = fmt::format("id: {}\n", kEndId) + event("end", experiment_json(*record, *queue));
  }
  return round;
}

bool EventStreams::follow(const Place& place, ExperimentId experiment, int64_t after, ByteSink& sink) {
  std::string told;  // the last progress sent, which is not repeated
  for (;;) {
    // Read before the store, so that sleep() does not miss a change in between.
    const uint64_t seen = changed_.current();
    auto round = next_round(experiment, after);
    if (!round && round.error().kind == StoreError::Kind::not_found) {
      return sink.write(event("deleted", {{"experiment_id", experiment}}));
    }
    if (!round) return false;
    after = round->after;
    std::string events;
    if (told.empty()) events.append(kReconnect).append(round->progress);
    events += round->runs;
    if (told.empty() ? !round->runs.empty() : round->progress != told) events += round->progress;
    told = std::move(round->progress);
    events += round->end;
    if (!sink.write(events)) return false;
    if (!round->end.empty()) return true;
    if (round->more) continue;

    if (!sleep(place, seen, sink)) return false;
    if (changed_.closed()) return sink.write(event("shutdown", {{"experiment_id", experiment}}));
  }
}

bool EventStreams::follow_all(const Place& place, ByteSink& sink) {
  ExperimentWatch watch;
  std::string events(kReconnect);
  for (;;) {
    const uint64_t seen = changed_.current();
    const auto survey = survey_since(seen);
    if (!survey) return false;
    const auto news = watch.news(*readers_.lease(), *survey);
    if (!news) return false;
    for (const auto& [name, data] : *news) events += event(name, data);
    if (!events.empty() && !sink.write(events)) return false;
    events.clear();
    if (!sleep(place, seen, sink)) return false;
    if (changed_.closed()) return sink.write(event("shutdown", Json::object()));
  }
}

std::shared_ptr<const Survey> EventStreams::survey_since(uint64_t generation) {
  std::lock_guard lock(survey_mutex_);
  if (survey_ && survey_of_ >= generation) return survey_;
  const uint64_t now = changed_.current();
  auto fresh = ExperimentWatch::survey(*readers_.lease(), paused_reason_());
  if (!fresh) return nullptr;
  survey_ = std::make_shared<const Survey>(std::move(*fresh));
  survey_of_ = now;
  return survey_;
}

bool EventStreams::sleep(const Place& place, uint64_t seen, ByteSink& sink) {
  while (changed_.wait(seen, heartbeat_) == seen && !changed_.closed()) {
    if (!sink.peer_there() || !sink.write(": still here\n\n")) return false;
  }
  return changed_.closed() || (!place.wanted_back && sink.peer_there());
}

}  // namespace copybench
