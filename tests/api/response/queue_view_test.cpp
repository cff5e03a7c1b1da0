#include "api/response/queue_view.h"

#include "api/fixture.h"

using namespace copybench;

TEST_CASE("an empty or finished queue has no positions") {
  Backend backend;
  CHECK(must(read_queue(*backend.readers->lease(), utc_now(), std::nullopt)).places.empty());
  backend.queue(1);
  backend.complete_next();
  const QueueView view = must(read_queue(*backend.readers->lease(), utc_now(), std::nullopt));
  CHECK(view.places.empty());
  CHECK_FALSE(view.running);
}

TEST_CASE("each experiment waits for those before it") {
  Backend backend;
  const ExperimentId first = backend.queue(2), second = backend.queue(3), third = backend.queue(1);
  must(backend.store->cancel(second));
  QueueView view = must(read_queue(*backend.readers->lease(), utc_now(), std::nullopt));
  CHECK(view.places.size() == 2);
  const ExperimentSpec spec = must(backend.readers->lease()->experiment(first)).spec;
  const Nanoseconds one = estimated_run_duration(spec);
  CHECK(view.places[first].position == 0);
  CHECK(view.places[first].until_end == 2 * one);
  CHECK(view.places[third].position == 1);
  CHECK(view.places[third].until_end == 3 * one);
  CHECK(view.behind_all(one, 9 * one).position == 2);
  CHECK(view.behind_all(one, 9 * one).until_end == 4 * one);
  CHECK(view.behind_all(one, 9 * one).until_end_max == 12 * one);
}

TEST_CASE("the running measurement's elapsed time is subtracted, up to its estimate") {
  Backend backend;
  const ExperimentId id = backend.queue(2);
  backend.claim();
  const auto reader = backend.readers->lease();
  const auto started = *must(reader->running_run())->started_at;
  const Nanoseconds one = estimated_run_duration(must(reader->experiment(id)).spec);
  const auto until_end = [&](auto after) { return must(read_queue(*reader, started + after, std::nullopt)).places[id].until_end; };
  using std::chrono::seconds;
  CHECK(until_end(seconds{0}) == 2 * one);
  CHECK(until_end(seconds{1}) == 2 * one - seconds{1});
  CHECK(until_end(seconds{1000}) == one);
  CHECK(until_end(-seconds{1000}) == 2 * one);  // the wall clock was set back
}

TEST_CASE("a queue longer than one page is counted whole") {
  Backend backend;
  for (int i = 0; i < 130; ++i) backend.queue(1);
  const QueueView view = must(read_queue(*backend.readers->lease(), utc_now(), std::nullopt));
  CHECK(view.places.size() == 130);
  CHECK(view.places.rbegin()->second.position == 129);
}

TEST_CASE("the queue is complete even if the newest experiment has ended") {
  Backend backend;
  const ExperimentId first = backend.queue(2), second = backend.queue(1), newest = backend.queue(1);
  const ClaimedRun run = backend.claim();
  must(backend.store->cancel(newest));
  const QueueView view = must(read_queue(*backend.readers->lease(), utc_now(), std::nullopt));
  REQUIRE(view.places.size() == 2);
  CHECK(view.places.at(first).position == 0);
  CHECK(view.places.at(second).position == 1);
  REQUIRE(view.running);
  CHECK(view.running->id == run.id);
}

TEST_CASE("estimates do not overflow, however long the queue is") {
  Backend backend;
  ExperimentRequest request;
  request.engines = {EngineMode::one_copy};
  request.repetitions = 100;
  request.duration_s = 3600;
  request.field_sizes = std::vector<int64_t>{};
  for (int64_t size = 1; size <= 100; ++size) request.field_sizes->push_back(size * 64);
  request.threads = {1};
  for (int i = 0; i < 30; ++i) must(backend.store->enqueue(must_plan(request), std::nullopt, nullptr));
  const QueueView view = must(read_queue(*backend.readers->lease(), utc_now(), std::nullopt));
  CHECK(view.places.size() == 30);
  CHECK(view.places.rbegin()->second.until_end > Nanoseconds{0});
  CHECK(view.behind_all(std::chrono::hours{1}, std::chrono::hours{1}).until_end > view.places.rbegin()->second.until_end);
}
