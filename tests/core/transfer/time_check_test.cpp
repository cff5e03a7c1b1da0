#include "core/transfer/time_check.h"

#include <doctest/doctest.h>

using namespace copybench;

namespace {

Json times(int64_t created, const Json& started, const Json& finished) {
  return {{"created_at_ms", created}, {"started_at_ms", started}, {"finished_at_ms", finished}};
}

Json run(int64_t place, const Json& started, const Json& finished) {
  return {{"finished_as", place}, {"started_at_ms", started}, {"finished_at_ms", finished}};
}

}  // namespace

TEST_CASE("an experiment starts with its first run and ends with its last") {
  const std::vector<Json> runs{run(2, 30, 40), run(1, 10, 20), run(3, 50, 60)};
  CHECK(experiment_times_problem(times(5, 10, 60), runs).empty());
  CHECK(experiment_times_problem(times(5, 11, 60), runs) ==
        "started_at_ms is 11; allowed: when the first of its runs started, 10");
  CHECK(experiment_times_problem(times(5, nullptr, 60), runs) ==
        "started_at_ms is null; allowed: when the first of its runs started, 10");
  CHECK(experiment_times_problem(times(5, 10, 59), runs) ==
        "finished_at_ms is 59; allowed: when the last of its runs finished, 60");
  CHECK(experiment_times_problem(times(5, 10, 61), runs) ==
        "finished_at_ms is 61; allowed: when the last of its runs finished, 60");
}

TEST_CASE("a clock that was set excuses times, but not those of one moment") {
  // Set back before the first run, and forward and back again between two others.
  CHECK(experiment_times_problem(times(5000, 10, 60), {run(1, 10, 20), run(2, 9000, 9001), run(3, 50, 60)}).empty());
  // Set back below the experiment's start within its last run, whose end is raised to its own start.
  const std::vector<Json> runs{run(1, 100, 110), run(2, 120, 120)};
  for (const int64_t end : {100, 105, 120}) CHECK(experiment_times_problem(times(5, 100, end), runs).empty());
  CHECK_FALSE(experiment_times_problem(times(5, 100, 121), runs).empty());
  CHECK_FALSE(experiment_times_problem(times(5, 100, 99), runs).empty());
  // Set back between the runs: the last one ends before the experiment's start, to which the experiment's end is raised.
  CHECK(experiment_times_problem(times(5, 100, 100), {run(1, 100, 110), run(2, 20, 30)}).empty());
  CHECK_FALSE(experiment_times_problem(times(5, 100, 110), {run(1, 100, 110), run(2, 20, 30)}).empty());
}

TEST_CASE("an experiment that was cancelled before its first run never started") {
  const std::vector<Json> runs{run(1, nullptr, 20), run(2, nullptr, 20)};
  CHECK(experiment_times_problem(times(5, nullptr, 20), runs).empty());
  CHECK(experiment_times_problem(times(25, nullptr, 25), runs).empty());
  CHECK_FALSE(experiment_times_problem(times(5, 10, 20), runs).empty());
}
