#include "core/run/scheduler.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>

using namespace copybench;
using namespace std::chrono_literals;

namespace {

// A scheduler whose runs fail at once: its program does not exist. Its status lines are kept.
struct Fixture {
  std::string directory = (std::filesystem::temp_directory_path() / "copybench-scheduler-XXXXXX").string();
  std::unique_ptr<Store> store;
  PerfProbe perf{"/nonexistent/perf"};
  ChangeSignal changed;
  ActivityCounter activity{0};
  std::mutex mutex;
  std::vector<std::string> told;
  std::optional<Scheduler> scheduler;

  Fixture() {
    REQUIRE(::mkdtemp(directory.data()) != nullptr);
    auto opened = Store::open(directory);
    REQUIRE(opened);
    store = std::move(*opened);
    SchedulerOptions options;
    options.executor.program = "/nonexistent/copybenchd";
    options.on_status = [this](const std::string& status) {
      {
        std::lock_guard lock(mutex);
        told.push_back(status);
      }
      changed.raise();
    };
    scheduler.emplace(std::move(options), *store, perf, changed, activity);
  }
  ~Fixture() {
    scheduler.reset();
    store.reset();
    std::filesystem::remove_all(directory);
  }

  void enqueue(int runs) {
    Plan plan;
    plan.spec.warmup = 1s;
    plan.spec.duration = 1s;
    plan.spec.engines = {EngineMode::one_copy};
    for (uint32_t repetition = 1; repetition <= static_cast<uint32_t>(runs); ++repetition) {
      plan.runs.push_back({{EngineMode::one_copy, 512, 2}, repetition});
    }
    REQUIRE(store->enqueue(plan, std::nullopt, {}));
  }

  // What was told once `last` was.
  std::vector<std::string> told_until(const std::string& last) {
    uint64_t seen = changed.current();
    const auto deadline = Monotonic::now() + 30s;
    while (Monotonic::now() < deadline) {
      {
        std::lock_guard lock(mutex);
        if (!told.empty() && told.back() == last) return told;
      }
      seen = changed.wait(seen, 100ms);
    }
    FAIL("not told: " << last);
    return {};
  }
};

}  // namespace

TEST_CASE("what is measured is told before each run, and that nothing is after the last") {
  Fixture fixture;
  fixture.enqueue(2);
  REQUIRE(fixture.scheduler->start());
  const auto told = fixture.told_until("idle: nothing is queued");
  REQUIRE(told.size() == 3);
  CHECK(told[0] == "measuring experiment 1, run 1 of 2: one_copy, fields of 512 bytes, threads 2, repetition 1");
  CHECK(told[1] == "measuring experiment 1, run 2 of 2: one_copy, fields of 512 bytes, threads 2, repetition 2");
}

TEST_CASE("an idle scheduler is not stalled, however long it waits; one that does not hear a nudge would be") {
  Fixture fixture;
  REQUIRE(fixture.scheduler->start());
  fixture.told_until("idle: nothing is queued");
  CHECK_FALSE(fixture.scheduler->stalled());
  fixture.enqueue(1);
  fixture.scheduler->nudge();
  fixture.scheduler->stop();
  CHECK_FALSE(fixture.scheduler->stalled(Monotonic::now() + 1h));
}
