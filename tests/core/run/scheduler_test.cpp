#include "core/run/scheduler.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>

#include <algorithm>
#include <optional>
#include <thread>

#include "core/analysis/adaptive.h"
#include "core/database/connection.h"

using namespace copybench;
using namespace std::chrono_literals;

namespace {

// A scheduler whose runs fail at once, since its program does not exist. Keeps its status lines.
struct Fixture {
  std::string directory = (std::filesystem::temp_directory_path() / "copybench-scheduler-XXXXXX").string();
  std::unique_ptr<Store> store;
  PerfProbe perf{"/nonexistent/perf"};
  ChangeNotifier changed;
  ActivityCounter activity{0};
  std::mutex mutex;
  std::vector<std::string> told;
  std::optional<Scheduler> scheduler;

  Fixture() {
    REQUIRE(::mkdtemp(directory.data()) != nullptr);
    auto opened = Store::open(directory, advise);
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
    plan.spec.field_sizes = {512};
    plan.spec.threads = {2};
    plan.spec.repetitions = static_cast<uint32_t>(runs);
    for (uint32_t repetition = 1; repetition <= static_cast<uint32_t>(runs); ++repetition) {
      plan.runs.push_back({{EngineMode::one_copy, 512, 2}, repetition});
    }
    REQUIRE(store->enqueue(plan, std::nullopt, {}));
  }

  // Returns the status lines once `last` has come.
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

TEST_CASE("the status shows each run before it starts, and idle after the last") {
  Fixture fixture;
  fixture.enqueue(2);
  REQUIRE(fixture.scheduler->start());
  const auto told = fixture.told_until("idle: nothing is queued");
  REQUIRE(told.size() == 3);
  CHECK(told[0] == "measuring experiment 1, run 1 of 2: one_copy, fields of 512 bytes, threads 2, repetition 1");
  CHECK(told[1] == "measuring experiment 1, run 2 of 2: one_copy, fields of 512 bytes, threads 2, repetition 2");
}

TEST_CASE("an idle scheduler is not stalled, however long it waits; one that misses a nudge would be") {
  Fixture fixture;
  REQUIRE(fixture.scheduler->start());
  fixture.told_until("idle: nothing is queued");
  CHECK_FALSE(fixture.scheduler->stalled());
  fixture.enqueue(1);
  fixture.scheduler->nudge();
  fixture.scheduler->stop();
  CHECK_FALSE(fixture.scheduler->stalled(Monotonic::now() + 1h));
}

// Holds the database's write lock, like a slow disk.
struct SlowDisk {
  explicit SlowDisk(const std::filesystem::path& database) {
    auto opened = DatabaseConnection::open(database, DatabaseConnection::Access::read_write);
    REQUIRE(opened);
    connection = std::move(*opened);
    REQUIRE_FALSE(connection->attempt([&] { transaction.emplace(*connection); }));
  }
  void end() { REQUIRE_FALSE(connection->attempt([&] { transaction.reset(); })); }

  std::unique_ptr<DatabaseConnection> connection;
  std::optional<WriteTransaction> transaction;
};

TEST_CASE("status requests do not wait for a claim that waits for the disk") {
  Fixture fixture;
  fixture.enqueue(1);
  std::optional<SlowDisk> disk;
  disk.emplace(fixture.store->database_path());
  REQUIRE(fixture.scheduler->start());
  const auto claiming = [&] {
    const auto stage = fixture.scheduler->stalled(Monotonic::now() + 1h);
    return stage && stage->find("claiming") != std::string::npos && fixture.store->stalled(Monotonic::now() + 1h);
  };
  const auto deadline = Monotonic::now() + 30s;
  while (!claiming() && Monotonic::now() < deadline) std::this_thread::sleep_for(1ms);
  REQUIRE(claiming());
  // SQLite waits 5 s; callers that held the scheduler's lock meanwhile would block others as long.
  Nanoseconds longest{};
  for (int i = 0; i < 20 && claiming(); ++i) {
    const auto begin = Monotonic::now();
    CHECK_FALSE(fixture.scheduler->paused_by());
    fixture.scheduler->nudge();
    longest = std::max(longest, Nanoseconds{Monotonic::now() - begin});
    std::this_thread::sleep_for(5ms);
  }
  CHECK(longest < 2s);
  disk->end();
  fixture.told_until("idle: nothing is queued");
}
