// Shared parts of the store's tests: a fresh directory, small plans, and a store whose calls must succeed.
#pragma once

#include <doctest/doctest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <filesystem>
#include <string>

#include "core/analysis/adaptive.h"
#include "core/store/reader_pool.h"
#include "core/store/store.h"

namespace copybench {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "copybench-store-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path database() const { return path_ / "copybench.db"; }

 private:
  std::filesystem::path path_;
};

// While it lives, no file of this process may grow beyond `bytes`.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : earlier_handler_(::signal(SIGXFSZ, SIG_IGN)) {
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &earlier_) == 0);
    const rlimit lowered{bytes, earlier_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &lowered) == 0);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &earlier_);
    ::signal(SIGXFSZ, earlier_handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  sighandler_t earlier_handler_;
  rlimit earlier_{};
};

// One engine and size, so that the repetition number identifies a run and its order.
inline Plan plan_of(int64_t runs, const std::string& name = "test") {
  Plan plan;
  plan.spec.name = name;
  plan.spec.engines = {EngineMode::one_copy};
  plan.spec.field_sizes = {512};
  plan.spec.threads = {2};
  plan.spec.duration = std::chrono::seconds(1);
  plan.spec.repetitions = static_cast<uint32_t>(runs);
  plan.spec.order = Order::sequential;
  plan.spec.events = {"cycles"};
  for (int64_t i = 1; i <= runs; ++i) {
    plan.runs.push_back({{EngineMode::one_copy, 512, 2}, static_cast<uint32_t>(i)});
  }
  return plan;
}

template <typename T>
T must(StoreResult<T> result) {
  INFO((result ? std::string() : result.error().message));
  REQUIRE(result.has_value());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

template <typename T>
StoreError::Kind kind_of(const StoreResult<T>& result) {
  REQUIRE_FALSE(result.has_value());
  CHECK_FALSE(result.error().message.empty());
  return result.error().kind;
}

inline std::unique_ptr<Store> open_store(const TemporaryDirectory& directory) {
  return must(Store::open(directory.path(), advise));
}

inline ExperimentRecord enqueue(Store& store, int64_t runs, const std::string& name = "test") {
  return must(store.enqueue(plan_of(runs, name), std::nullopt, nullptr));
}

inline ClaimedRun claim(Store& store) {
  auto claimed = must(store.claim_next());
  REQUIRE(claimed);
  return *claimed;
}

inline RunResult completed(double gbps = 1.5) {
  Completed outcome;
  outcome.figures.throughput_gbps = gbps;
  return {outcome, Json{{"samples", {{"every_ms", 100}, {"bytes", {1, 2, 3}}}}}, "perf said this"};
}

inline RunResult failed(const std::string& reason) { return {Failed{reason}, Json::object(), ""}; }

// Claims and completes until the queue is empty; returns the number of runs.
inline int64_t complete_all(Store& store) {
  int64_t runs = 0;
  while (auto claimed = must(store.claim_next())) {
    must(store.finish(claimed->id, completed()));
    ++runs;
  }
  return runs;
}

// A store and one reader.
struct Opened {
  explicit Opened(const TemporaryDirectory& directory)
      : store(open_store(directory)),
        readers(must(ReaderPool::open(directory.database(), 1))),
        reader(readers->lease()) {}

  ExperimentRecord experiment(ExperimentId id) { return must(reader->experiment(id)); }
  std::vector<RunRow> runs(ExperimentId id) { return must(reader->runs(id, std::nullopt, 100'000)).items; }

  std::unique_ptr<Store> store;
  std::unique_ptr<ReaderPool> readers;
  ReaderPool::Lease reader;
};

}  // namespace copybench
