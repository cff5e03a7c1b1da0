// Measures the store with many runs stored. Fills a database in a fresh directory, then reads it like the API.
//
// bench_store [RUNS]     default 100000
//
// Prints one line for each figure; nothing here passes or fails.
#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>
#include <vector>

#include "core/analysis/adaptive.h"
#include "core/database/connection.h"
#include "core/store/reader_pool.h"
#include "core/store/run_queue.h"
#include "core/store/store.h"

using namespace copybench;

namespace {

constexpr int64_t kRunsPerExperiment = 240;  // the full preset
constexpr int64_t kPageOfExperiments = 50;
constexpr int64_t kPageOfRuns = 500;
constexpr size_t kReaders = 8;

[[noreturn]] void stop(const std::string& message) {
  fmt::print(stderr, "bench_store: {}\n", message);
  ::exit(1);
}

template <typename T>
T must(StoreResult<T> result) {
  if (!result) stop(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

double milliseconds(Nanoseconds duration) { return to_seconds(duration) * 1e3; }

Nanoseconds time_of(const std::function<void()>& work) {
  const auto start = Monotonic::now();
  work();
  return Monotonic::now() - start;
}

// "VmRSS" of /proc/self/status, in MB.
double resident_mb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::atof(line.c_str() + 6) / 1000;
  }
  return 0;
}

Plan plan_of(int64_t runs, const std::string& name) {
  Plan plan;
  plan.spec.name = name;
  plan.spec.preset = "full";
  plan.spec.engines = {EngineMode::two_copy, EngineMode::one_copy, EngineMode::zero_copy};
  plan.spec.field_sizes = {512, 1024, 2048, 4096};
  plan.spec.threads = {1, 2, 4, 8};
  plan.spec.repetitions = 5;
  plan.spec.events = {"cpu-cycles", "instructions", "cache-misses", "context-switches", "task-clock", "page-faults"};
  for (int64_t i = 0; i < runs; ++i) {
    const auto cell = static_cast<size_t>(i) % 48;
    plan.runs.push_back(
        {{plan.spec.engines[cell % 3], plan.spec.field_sizes[cell / 3 % 4], plan.spec.threads[cell / 12]},
         static_cast<uint32_t>(i / 48 + 1)});
  }
  return plan;
}

// Figures with all digits, and as much evidence as a run of 6 s leaves.
RunResult result_of(int64_t run) {
  Completed outcome;
  double value = 1.0 / static_cast<double>(run + 3);
  for (const FigureColumn& column : figure_columns()) {
    value += 1.0 / 7;
    std::visit([&](auto member) { outcome.figures.*member = value * 1e6; }, column.member);
  }
  RunResult result{outcome, Json::object(), std::string(900, 'p')};
  Json samples = Json::array();
  for (int i = 0; i < 60; ++i) samples.push_back(19.123456 + i);
  result.evidence["samples_gbps"] = std::move(samples);
  result.evidence["machine"] = std::string(400, 'm');
  return result;
}

// Runs are committed one experiment a transaction: single commits would measure the disk's fsync, not the store.
void fill(const std::filesystem::path& database, int64_t runs) {
  auto connection = must(DatabaseConnection::open(database, DatabaseConnection::Access::read_write));
  const auto failed = connection->attempt([&] {
    for (int64_t stored = 0; stored < runs; stored += kRunsPerExperiment) {
      WriteTransaction transaction(*connection);
      insert_experiment(*connection, plan_of(kRunsPerExperiment, "bench"), advise, utc_now());
      while (const auto claimed = claim_run(*connection, utc_now())) {
        must(end_run(*connection, claimed->id, result_of(claimed->id), advise, utc_now()));
      }
      transaction.commit();
    }
  });
  if (failed) stop(failed->message);
}

void print_percentiles(const std::string& what, int count, const std::function<void(int)>& work) {
  std::vector<double> times;
  for (int i = 0; i < count; ++i) times.push_back(milliseconds(time_of([&] { work(i); })));
  std::sort(times.begin(), times.end());
  fmt::print("{:<44} p50 {:8.3f} ms   p99 {:8.3f} ms\n", what, times[times.size() / 2], times[times.size() * 99 / 100]);
}

void measure_reading(const std::filesystem::path& database, int64_t experiments) {
  const auto readers = must(ReaderPool::open(database, kReaders));
  print_percentiles("a page of 50 experiments, newest first", 1000,
                    [&](int) { must(readers->lease()->experiments(std::nullopt, kPageOfExperiments)); });
  print_percentiles("a page of 50 experiments, anywhere", 1000, [&](int i) {
    must(readers->lease()->experiments(1 + i * 7919 % experiments, kPageOfExperiments));
  });
  print_percentiles("one experiment and the queue", 1000, [&](int i) {
    const ExperimentId id = 1 + i * 7919 % experiments;
    const auto reader = readers->lease();
    must(reader->experiment(id));
    must(reader->queue());
  });
  print_percentiles("one run with its evidence", 1000,
                    [&](int i) { must(readers->lease()->run(1 + i * 7919 % (experiments * kRunsPerExperiment))); });
  print_percentiles("the runs of an experiment for its summary", 200,
                    [&](int i) { must(readers->lease()->summary_input(1 + i * 7919 % experiments)); });

  int64_t rows = 0;
  const auto scan = time_of([&] {
    for (ExperimentId id = 1; id <= experiments; ++id) {
      std::optional<int64_t> after;
      do {
        const auto page = must(readers->lease()->runs(id, after, kPageOfRuns));
        rows += static_cast<int64_t>(page.items.size());
        after = page.next;
      } while (after);
    }
  });
  fmt::print("{:<44} {:.0f} rows/s\n", "all runs, page by page", static_cast<double>(rows) / to_seconds(scan));

  // Use every connection, so that every cache reaches its full size.
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kReaders; ++i) {
    threads.emplace_back([&] {
      const auto reader = readers->lease();
      for (ExperimentId id = 1; id <= experiments; ++id) must(reader->runs(id, std::nullopt, kPageOfRuns));
    });
  }
  for (std::thread& thread : threads) thread.join();
  fmt::print("{:<44} {:.1f} MB\n", fmt::format("resident, with {} readers all used", kReaders), resident_mb());
}

void measure_writing(Store& store) {
  ExperimentRecord big;
  const auto queued = time_of([&] { big = must(store.enqueue(plan_of(10'000, "big"), std::nullopt, nullptr)); });
  fmt::print("{:<44} {:.1f} ms\n", "queue an experiment of 10,000 runs", milliseconds(queued));
  print_percentiles("claim a run and finish it (two fsyncs)", 200, [&](int) {
    const auto claimed = must(store.claim_next());
    must(store.finish(claimed->id, result_of(claimed->id)));
  });
  const auto cancelled = time_of([&] { must(store.cancel(big.id)); });
  fmt::print("{:<44} {:.1f} ms\n", "cancel it", milliseconds(cancelled));
  const auto erased = time_of([&] { must(store.erase(big.id)); });
  fmt::print("{:<44} {:.1f} ms\n", "erase it", milliseconds(erased));
}

}  // namespace

int main(int argc, char** argv) {
  const int64_t runs = argc > 1 ? std::atoll(argv[1]) : 100'000;
  if (runs < 1 || argc > 3) stop("usage: bench_store [RUNS [DIRECTORY]]: fills DIRECTORY and keeps it, or measures in one of its own");
  if (argc == 3) {
    fill(must(Store::open(argv[2], advise))->database_path(), runs);
    return 0;
  }
  std::string name = (std::filesystem::temp_directory_path() / "copybench-bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) stop("no directory can be made in " + name);
  const std::filesystem::path directory = name;

  std::filesystem::path database = must(Store::open(directory, advise))->database_path();
  const auto filled = time_of([&] { fill(database, runs); });
  const int64_t experiments = (runs + kRunsPerExperiment - 1) / kRunsPerExperiment;
  fmt::print("{:<44} {} runs, {:.0f} MB, {:.1f} s\n", "filled", experiments * kRunsPerExperiment,
             static_cast<double>(std::filesystem::file_size(database)) / 1e6, to_seconds(filled));

  std::unique_ptr<Store> store;
  fmt::print("{:<44} {:.1f} ms\n", "open the store",
             milliseconds(time_of([&] { store = must(Store::open(directory, advise)); })));
  fmt::print("{:<44} {:.1f} ms\n", "then until the whole file is checked",
             milliseconds(time_of([&] { must(store->claim_next()); })));
  measure_reading(database, experiments);
  measure_writing(*store);
  store.reset();
  std::filesystem::remove_all(directory);
  return 0;
}
