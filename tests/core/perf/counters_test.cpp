#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "core/perf/perf_stat.h"

using namespace copybench;

namespace {

std::vector<CounterReading> read_sample(const std::string& name, const std::vector<std::string>& asked,
                                        PerfScope scope) {
  std::ifstream file(std::string(COPYBENCH_TEST_DATA) + "/perf/" + name);
  REQUIRE(file);
  std::stringstream text;
  text << file.rdbuf();
  return combine_rows(parse_perf_output(text.str()).rows, asked, scope);
}

PerfRow row(const std::string& event, double value, double pct = 100, int64_t runtime_ns = 1'000'000) {
  return {.event = event, .value = value, .missing = "", .unit = "", .runtime_ns = runtime_ns, .running_pct = pct};
}

PerfRow missing(const std::string& event, const std::string& word) {
  return {.event = event, .value = {}, .missing = word, .unit = "", .runtime_ns = 0, .running_pct = 100};
}

CounterReading task(const std::vector<PerfRow>& rows, const std::string& asked) {
  return combine_rows(rows, {asked}, PerfScope::task).front();
}

CounterReading system_wide(const std::vector<PerfRow>& rows, const std::string& asked) {
  return combine_rows(rows, {asked}, PerfScope::system_wide).front();
}

}  // namespace

TEST_CASE("a VM without a PMU: no value with perf's reason, and the software events") {
  for (const char* name : {"vm-no-pmu.json", "vm-no-pmu.csv"}) {
    const auto readings = read_sample(
        name, {"context-switches", "cpu-cycles", "LLC-load-misses", "task-clock", "page-faults"}, PerfScope::task);
    REQUIRE(readings.size() == 5);
    CHECK(readings[0].event == "context-switches");
    CHECK(readings[0].value == 0.0);
    CHECK(readings[0].unit == "count");
    CHECK(readings[0].reason.empty());
    CHECK_FALSE(readings[1].value);
    CHECK(readings[1].reason == "not supported");
    CHECK_FALSE(readings[2].value);
    CHECK(readings[3].unit == "ns");
    CHECK_FALSE(readings[4].value);
    CHECK(readings[4].reason == "perf printed no row for it");
  }
  CHECK(read_sample("vm-no-pmu.json", {"task-clock"}, PerfScope::task).front().value == 420291.0);
  CHECK(read_sample("vm-no-pmu.csv", {"task-clock"}, PerfScope::task).front().value == 400000.0);
}

TEST_CASE("hybrid, system-wide: the core types add up, whatever name was requested") {
  for (const char* asked : {"cycles", "cpu-cycles"}) {
    const auto reading = read_sample("hybrid-system-wide.json", {asked}, PerfScope::system_wide).front();
    CHECK(reading.event == asked);
    CHECK(reading.value == 18685492.0 + 255620352.0);
    CHECK(reading.running_pct == 54);  // the atoms' part is extrapolated
  }
  CHECK(read_sample("hybrid-system-wide.json", {"instructions"}, PerfScope::system_wide).front().value ==
        15489913.0 + 38790161.0);
  CHECK(read_sample("hybrid-system-wide.json", {"cpu_core/cycles/"}, PerfScope::system_wide).front().value ==
        18685492.0);
  CHECK(read_sample("hybrid-system-wide.json", {"cpu-clock"}, PerfScope::system_wide).front().value == 32131530625.0);
}

TEST_CASE("hybrid, one task: each row counts by its share, taken from the runtimes") {
  const auto reading = read_sample("hybrid-task.csv", {"instructions"}, PerfScope::task).front();
  REQUIRE(reading.value);
  const double atom = 16548968.0;
  const double core = 622042486.0;
  CHECK(*reading.value == std::round((6720143357.0 * atom + 20875198260.0 * core) / (atom + core)));
  // Close to the total by the printed shares, and far from the plain sum.
  CHECK(*reading.value == doctest::Approx(6720143357.0 * 0.02 + 20875198260.0 * 0.97).epsilon(0.02));
  CHECK(reading.running_pct == 100);  // together they cover the whole time
}

TEST_CASE("hybrid, a task that never ran on one side: the total is the other row") {
  const auto reading = read_sample("hybrid-task-one-side.csv", {"instructions"}, PerfScope::task).front();
  CHECK(reading.value == 20508456507.0);
  CHECK(reading.running_pct == 100);
  CHECK(reading.reason.empty());
}

TEST_CASE("a large server, system-wide") {
  const auto readings =
      read_sample("server-system-wide.csv", {"cpu-cycles", "branches", "cs", "faults"}, PerfScope::system_wide);
  CHECK(readings[0].value == 52288305.0);  // printed under the name cycles
  CHECK(readings[1].value == 7299859.0);
  CHECK(readings[2].value == 976.0);
  CHECK(readings[3].value == 76.0);
}

TEST_CASE("hybrid, one task, multiplexed besides: extrapolated, and said so") {
  const auto reading = task({row("cpu_core/cycles/", 1000, 40, 400), row("cpu_atom/cycles/", 500, 10, 100)}, "cycles");
  CHECK(reading.value == 900.0);
  CHECK(reading.running_pct == 50);
}

TEST_CASE("a multiplexed event keeps its value with its share") {
  const auto reading = task({row("cycles", 1000, 33.3)}, "cycles");
  CHECK(reading.value == 1000.0);
  CHECK(reading.running_pct == 33.3);
}

TEST_CASE("a partial count is not a total") {
  // A core type without the event, on which the task spent half of the time.
  const auto reading =
      task({row("cpu_core/LLC-load-misses/", 1000, 50, 500), missing("cpu_atom/LLC-load-misses/", "not supported")},
           "LLC-load-misses");
  CHECK_FALSE(reading.value);
  CHECK(reading.reason == "not supported (cpu_atom/LLC-load-misses/)");
  // The task was never there.
  CHECK(task({row("cpu_core/LLC-load-misses/", 1000), missing("cpu_atom/LLC-load-misses/", "not supported")},
             "LLC-load-misses")
            .value == 1000.0);
  // System-wide, each PMU covers its own CPUs.
  CHECK_FALSE(system_wide({row("cpu_core/cycles/", 1000), missing("cpu_atom/cycles/", "not counted")}, "cycles").value);
  // Counted nowhere.
  CHECK_FALSE(
      task({missing("cpu_core/cycles/", "not counted"), missing("cpu_atom/cycles/", "not counted")}, "cycles").value);
}

TEST_CASE("rows are found under aliases, PMUs, modifiers and in any letter case") {
  CHECK(task({row("cycles", 5)}, "cpu-cycles").value == 5.0);
  CHECK(task({row("cpu-cycles", 5)}, "cycles").value == 5.0);
  CHECK(task({row("cpu_core/cpu-cycles/", 5)}, "cycles").value == 5.0);
  CHECK(task({row("cpu/cycles/", 5)}, "cpu-cycles").value == 5.0);
  CHECK(task({row("cycles:u", 5)}, "cycles:u").value == 5.0);
  CHECK(task({row("cpu_core/cycles/u", 5)}, "cycles:u").value == 5.0);
  CHECK(task({row("cpu_core/cycles/ku", 5)}, "cycles:uk").value == 5.0);
  CHECK(task({row("l1-dcache-load-misses", 5)}, "L1-dcache-load-misses").value == 5.0);
  CHECK(task({row("skb:kfree_skb", 5)}, "skb:kfree_skb").value == 5.0);
  CHECK(task({row("cpu/event=0x3c,umask=0x0/", 5)}, "cpu/event=0x3c,umask=0x0/").value == 5.0);

  CHECK_FALSE(task({row("cycles:k", 5)}, "cycles").value);
  CHECK_FALSE(task({row("cycles", 5)}, "cycles:u").value);
  CHECK_FALSE(task({row("cpu_core/cycles/", 5)}, "cpu_atom/cycles/").value);
  CHECK_FALSE(task({row("skb:kfree_skb", 5)}, "skb").value);
  CHECK_FALSE(task({row("cache-misses", 5)}, "L1-dcache-load-misses").value);
}

TEST_CASE("each requested event takes its own row where several would match") {
  const auto readings = combine_rows({row("cycles", 1), row("cpu-cycles", 2), row("cycles:u", 3), row("cycles:k", 4)},
                                     {"cycles:k", "cpu-cycles", "cycles", "cycles:u"}, PerfScope::task);
  CHECK(readings[0].value == 4.0);
  CHECK(readings[1].value == 2.0);
  CHECK(readings[2].value == 1.0);
  CHECK(readings[3].value == 3.0);
  const auto hybrid = combine_rows({row("cpu_core/cycles/", 1), row("cpu_atom/cycles/", 2), row("cpu_core/cycles/", 1)},
                                   {"cycles", "cpu_core/cycles/"}, PerfScope::system_wide);
  CHECK(hybrid[0].value == 3.0);
  CHECK(hybrid[1].value == 1.0);
}

TEST_CASE("a count that perf reduced to user space is no value, since the copies run in the kernel") {
  // perf 6.1's output for an unprivileged user with kernel.perf_event_paranoid 2: the 0 is false.
  const auto readings = combine_rows(
      {row("context-switches:u", 0),
       row("page-faults:u", 46),
       row("cpu_core/cycles/u", 7),
       {.event = "task-clock:u", .value = 0.5, .missing = "", .unit = "msec", .runtime_ns = 500000, .running_pct = 100},
       missing("cpu-cycles:u", "not supported")},
      {"context-switches", "page-faults", "cycles", "task-clock"}, PerfScope::task);
  for (size_t i = 0; i < 3; ++i) {
    CHECK_FALSE(readings[i].value);
    CHECK(readings[i].reason.find("user space only") != std::string::npos);
  }
  CHECK(readings[3].value == 500000.0);  // a clock counts the same at both levels
  CHECK(task({missing("cpu-cycles:u", "not supported")}, "cpu-cycles").reason == "not supported");
}

TEST_CASE("readings as JSON: whole numbers, null and the reason without a value") {
  const auto json = to_json(combine_rows({row("cycles", 20508456507.0),
                                          missing("instructions", "not supported"),
                                          {.event = "power/energy-pkg/",
                                           .value = 1.5,
                                           .missing = "",
                                           .unit = "Joules",
                                           .runtime_ns = 5,
                                           .running_pct = 100}},
                                         {"cycles", "instructions", "power/energy-pkg/"}, PerfScope::task));
  CHECK(json.dump() ==
        R"([{"event":"cycles","value":20508456507,"unit":"count","running_pct":100.0},)"
        R"({"event":"instructions","value":null,"unit":"count","running_pct":null,"reason":"not supported"},)"
        R"({"event":"power/energy-pkg/","value":1.5,"unit":"Joules","running_pct":100.0}])");
}

TEST_CASE("an event of a PMU that is not a CPU's neither replaces nor adds to the one of that name") {
  const std::vector<PerfRow> rows{row("arm_dsu_0/cycles/", 7), row("cycles", 1000)};
  const auto readings = combine_rows(rows, {"arm_dsu_0/cycles/", "cycles"}, PerfScope::task);
  CHECK(readings[0].value == 7);
  CHECK_FALSE(readings[1].value);
  CHECK(readings[1].reason.find("arm_dsu_0/cycles/") != std::string::npos);
  const std::vector<PerfRow> hybrid{row("cpu_core/cycles/", 100), row("cpu_atom/cycles/", 50)};
  const auto both = combine_rows(hybrid, {"cpu_core/cycles/", "cycles"}, PerfScope::system_wide);
  CHECK(both[0].value == 100);
  CHECK(both[1].value == 150);
}

TEST_CASE("a count that fits no integer is out of range") {
  auto clock = row("task-clock", 1e15);
  clock.unit = "msec";
  for (const PerfRow& huge : {row("cycles", 1e300), row("cycles", 9.3e18), clock}) {
    const auto readings = combine_rows({huge}, {huge.event}, PerfScope::task);
    CHECK_FALSE(readings[0].value);
    CHECK(readings[0].reason == "out of range");
  }
}
