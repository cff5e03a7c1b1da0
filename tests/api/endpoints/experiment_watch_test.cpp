#include "api/endpoints/experiment_watch.h"

#include <string>

#include "api/fixture.h"

using namespace copybench;

namespace {

// "experiment 1 queued, progress 1 running, deleted 2"
std::string told(const std::vector<NamedEvent>& events) {
  std::string text;
  for (const auto& [name, data] : events) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name,
                        data.contains("id") ? data["id"].get<int64_t>() : data["experiment_id"].get<int64_t>());
    if (data.contains("state")) text += " " + data["state"].get<std::string>();
  }
  return text;
}

struct Watched : Backend {
  ExperimentWatch watch;
  std::vector<NamedEvent> events() {
    const auto reader = readers->lease();
    return must(watch.news(*reader, must(ExperimentWatch::survey(*reader, std::nullopt))));
  }
  std::string news() { return told(events()); }
};

}  // namespace

TEST_CASE("a watcher gets the current state, then the changes, and nothing twice") {
  Watched all;
  all.queue(1);
  all.complete_next();
  all.queue(2);
  CHECK(all.news() == "experiment 2 queued");
  CHECK(all.news().empty());
  all.queue(1);
  CHECK(all.news() == "experiment 3 queued");
  all.complete_next();
  CHECK(all.news() == "experiment 2 running");
  all.claim();
  CHECK(all.news() == "progress 2 running");
  must(all.store->finish(3, RunResult{Failed{"broke"}, Json::object(), ""}));
  // Experiments behind it in the queue move up.
  CHECK(all.news() == "experiment 2 completed, progress 3 queued");
  CHECK(all.news().empty());
}

TEST_CASE("an experiment that begins and ends between two looks is sent once, a deleted one as deleted") {
  Watched all;
  CHECK(all.news().empty());
  all.queue(1);
  all.complete_next();
  CHECK(all.news() == "experiment 1 completed");
  must(all.store->erase(1));
  CHECK(all.news() == "deleted 1");
  all.queue(1);
  must(all.store->erase(2));
  CHECK(all.news().empty());
}

TEST_CASE("the newest experiments are watched, and the running one") {
  Watched all;
  const auto many = ExperimentWatch::kNewest + 2;
  for (int i = 0; i < many; ++i) all.queue(1);
  CHECK(all.events().size() == ExperimentWatch::kNewest);
  all.claim();
  CHECK(all.news() == "experiment 1 running");
  must(all.store->finish(1, RunResult{Failed{"broke"}, Json::object(), ""}));
  const std::string end = all.news();
  CHECK(end.ends_with(", experiment 1 failed"));
  CHECK(all.news().empty());
  // With one more, the oldest watched experiment is dropped: it is not deleted, so no event is sent.
  all.queue(1);
  CHECK(all.news() == fmt::format("experiment {} queued", many + 1));
}

TEST_CASE("an experiment's progress is sent as the API gives it") {
  Watched all;
  all.queue(2);
  all.news();
  all.claim();
  all.news();
  must(all.store->finish(1, RunResult{Failed{"broke"}, Json::object(), ""}));
  const auto events = all.events();
  REQUIRE(events.size() == 1);
  CHECK(events[0].name == "progress");
  CHECK(events[0].data["runs_failed"] == 1);
  CHECK(events[0].data["state"] == "running");
  CHECK(events[0].data["eta_s"].is_number());
}

TEST_CASE("one survey gives several watchers what is new to each") {
  Watched all;
  all.queue(1);
  const auto reader = all.readers->lease();
  const Survey first = must(ExperimentWatch::survey(*reader, std::nullopt));
  CHECK(told(must(all.watch.news(*reader, first))) == "experiment 1 queued");
  all.queue(1);
  const Survey second = must(ExperimentWatch::survey(*reader, std::nullopt));
  ExperimentWatch late;
  CHECK(told(must(all.watch.news(*reader, second))) == "experiment 2 queued");
  CHECK(told(must(late.news(*reader, second))) == "experiment 1 queued, experiment 2 queued");
}
