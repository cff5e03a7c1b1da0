#include "core/analysis/adaptive.h"
#include "core/run/retention.h"

#include <doctest/doctest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>
#include <stdlib.h>

#include <filesystem>
#include <sstream>

using namespace copybench;

namespace {

struct Kept {
  Kept() {
    REQUIRE(::mkdtemp(path.data()) != nullptr);
    store = std::move(*Store::open(path, advise));
  }
  ~Kept() {
    store.reset();
    std::filesystem::remove_all(path);
  }

  ExperimentId experiment(bool completed) {
    Plan plan;
    plan.spec.name = "kept";
    plan.spec.engines = {EngineMode::one_copy};
    plan.spec.field_sizes = {512};
    plan.spec.threads = {1};
    plan.runs = {{{EngineMode::one_copy, 512, 1}, 1}};
    const auto id = store->enqueue(plan, std::nullopt, nullptr)->id;
    if (completed) {
      RunResult result{Completed{}, Json{{"filler", std::string(200'000, 'x')}}, ""};
      REQUIRE(store->finish((*store->claim_next())->id, result));
    }
    return id;
  }

  // Runs until nothing is left to do; returns its log lines.
  std::string work(const RetentionPolicy& policy, const std::function<bool()>& stopping = [] { return false; }) {
    std::ostringstream said;
    auto logger = std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(said));
    logger->set_pattern("%l %v");
    Retention retention(policy, *store, changed, logger);
    for (int i = 0; i < 100 && retention.work(stopping); ++i) {
    }
    return said.str();
  }

  std::string path = (std::filesystem::temp_directory_path() / "copybench-run-XXXXXX").string();
  std::unique_ptr<Store> store;
  ChangeNotifier changed;
};

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("without a policy it does nothing and is never due again") {
  Kept kept;
  kept.experiment(true);
  Retention retention({}, *kept.store, kept.changed, nullptr);
  CHECK_FALSE(retention.work([] { return false; }));
  CHECK_FALSE(retention.next_look());
  CHECK(kept.work({}).empty());
}

TEST_CASE("it removes what the policy allows, logs it, and shrinks the file") {
  Kept kept;
  for (int i = 0; i < 5; ++i) kept.experiment(true);
  const std::string said = kept.work({{}, 500'000});
  CHECK(contains(said, "info event=retention_removed experiment_id=1 name=kept runs=1 ended_at=2"));
  CHECK(contains(said, "500000 are allowed"));
  CHECK(contains(said, "event=retention_shortened bytes="));
  CHECK_FALSE(contains(said, "removed experiment 5"));
  CHECK(contains(said, "retention: the database file has "));
  const auto size = kept.store->size();
  REQUIRE(size);
  CHECK(size->file == size->used);
  CHECK(size->used <= 500'000);
}

TEST_CASE("an experiment that may not be removed is reported once") {
  Kept kept;
  kept.experiment(true);
  REQUIRE(kept.store->annotate(1, {{}, {}, {}, true}));
  kept.experiment(false);
  const std::string said = kept.work({{}, 1000});
  CHECK(contains(said, "warning event=retention_exceeded bytes="));
  CHECK(contains(said, "all that is left is pinned or has not ended"));
  CHECK_FALSE(contains(said, "removed"));
}

TEST_CASE("a stop leaves the rest for later") {
  Kept kept;
  for (int i = 0; i < 3; ++i) kept.experiment(true);
  Retention retention({{}, 1}, *kept.store, kept.changed, nullptr);
  int asked = 0;
  CHECK(retention.work([&] { return ++asked > 1; }));
  const auto left = kept.store->remove_expired({{}, 1});
  REQUIRE(left);
  REQUIRE(*left);
  CHECK((*left)->id == 2);
  CHECK_FALSE(retention.work([] { return false; }));
  CHECK(*retention.next_look() > Monotonic::now() + std::chrono::hours(23));
  CHECK(*retention.next_look() < Monotonic::now() + std::chrono::hours(25));
}

TEST_CASE("a clock that was set far forward removes nothing by age, but still by size") {
  Kept kept;
  for (int i = 0; i < 2; ++i) kept.experiment(true);
  const RetentionPolicy by_age{std::chrono::days(0), {}};
  REQUIRE(kept.store->believe_time(utc_now() - std::chrono::days(30)));
  const std::string said = kept.work(by_age);
  CHECK(contains(said, "warning event=retention_clock_doubted reason="));
  CHECK_FALSE(contains(said, "event=retention_removed"));
  CHECK(contains(kept.work({std::chrono::days(0), 1}), "event=retention_removed experiment_id=1"));
  // The record shows that the clock is trusted again.
  REQUIRE(kept.store->believe_time(utc_now() - std::chrono::days(1)));
  kept.experiment(true);
  CHECK(contains(kept.work(by_age), "event=retention_removed"));
  CHECK(utc_now() - **kept.store->last_trusted_time() < std::chrono::minutes(1));
}

TEST_CASE("a changed policy applies from the next check on") {
  Kept kept;
  kept.experiment(true);
  Retention retention({}, *kept.store, kept.changed, nullptr);
  CHECK_FALSE(retention.work([] { return false; }));
  retention.set_policy({{}, 1});
  CHECK_FALSE(retention.work([] { return false; }));
  CHECK_FALSE(*kept.store->remove_expired({{}, 1}));  // nothing is left to remove
}
