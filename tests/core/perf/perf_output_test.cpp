#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "core/perf/perf_stat.h"

using namespace copybench;

namespace {

std::vector<PerfRow> parsed(std::string_view text) {
  PerfOutput output = parse_perf_output(text);
  REQUIRE_MESSAGE(output.problem.empty(), output.problem);
  return std::move(output.rows);
}

std::vector<PerfRow> sample(const std::string& name) {
  std::ifstream file(std::string(COPYBENCH_TEST_DATA) + "/perf/" + name);
  REQUIRE(file);
  std::stringstream text;
  text << file.rdbuf();
  return parsed(text.str());
}

}  // namespace

TEST_CASE("a VM without a PMU: JSON and CSV agree") {
  for (const char* name : {"vm-no-pmu.json", "vm-no-pmu.csv"}) {
    CAPTURE(name);
    const auto rows = sample(name);  // the file begins with a # line and an empty one
    REQUIRE(rows.size() == 7);
    for (size_t i = 0; i < 5; ++i) {
      CHECK_FALSE(rows[i].value);
      CHECK(rows[i].missing == "not supported");
      CHECK(rows[i].runtime_ns == 0);
      CHECK(rows[i].running_pct == 100);  // proves nothing
    }
    CHECK(rows[0].event == "cpu-cycles");
    CHECK(rows[3].event == "L1-dcache-load-misses");
    CHECK(rows[5].event == "context-switches");
    CHECK(rows[5].value == 0.0);  // a real zero: the event ran
    CHECK(rows[5].missing.empty());
    CHECK(rows[6].event == "task-clock");
    CHECK(rows[6].unit == "msec");
    CHECK(*rows[6].value == doctest::Approx(0.4).epsilon(0.1));
  }
}

TEST_CASE("a hybrid CPU, system-wide: string numbers, metric lines, nan") {
  const auto rows = sample("hybrid-system-wide.json");
  REQUIRE(rows.size() == 8);  // the five lines without an event are skipped
  CHECK(rows[0].event == "cpu-clock");
  CHECK(rows[0].value == 32131.530625);
  CHECK(rows[4].event == "cpu_core/cycles/");
  CHECK(rows[4].value == 18685492.0);
  CHECK(rows[5].event == "cpu_atom/cycles/");
  CHECK(rows[5].value == 255620352.0);
  CHECK(rows[5].running_pct == 54);
  CHECK(rows[5].runtime_ns == 8690268422);
}

TEST_CASE("a hybrid CPU, one task") {
  const auto both = sample("hybrid-task.csv");
  REQUIRE(both.size() == 2);
  CHECK(both[0].event == "cpu_atom/instructions/");
  CHECK(both[0].value == 6720143357.0);
  CHECK(both[0].running_pct == 2);
  CHECK(both[1].runtime_ns == 622042486);
  const auto one = sample("hybrid-task-one-side.csv");
  REQUIRE(one.size() == 2);
  CHECK_FALSE(one[0].value);
  CHECK(one[0].missing == "not counted");
  CHECK(one[1].value == 20508456507.0);
}

TEST_CASE("a large server: metric lines of CSV are skipped") {
  const auto rows = sample("server-system-wide.csv");
  REQUIRE(rows.size() == 8);
  CHECK(rows[0].event == "cpu-clock");
  CHECK(rows[0].unit == "msec");
  CHECK(rows[7].event == "branch-misses");
  CHECK(rows[7].value == 51102.0);
}

TEST_CASE("a number beside a runtime of 0 is not a count") {
  const auto rows = parsed("0,,cycles,0,100.00,,\n");
  REQUIRE(rows.size() == 1);
  CHECK_FALSE(rows[0].value);
  CHECK(rows[0].missing == "not counted");
}

TEST_CASE("nan, inf and negative numbers are not values, quoted or bare") {
  const auto rows = parsed(
      R"({"counter-value" : "nan", "unit" : "", "event" : "a", "event-runtime" : 5, "pcnt-running" : 100.00}
{"counter-value" : -nan, "unit" : "", "event" : "b", "event-runtime" : 5, "pcnt-running" : nan, "metric-value" : inf}
{"counter-value" : "-1", "unit" : "", "event" : "nan-inf", "event-runtime" : 5, "pcnt-running" : 100.00}
{"counter-value" : 7, "unit" : "", "event" : "d", "event-runtime" : "5", "pcnt-running" : "99.5", "metric-value" : -nan}
)");
  REQUIRE(rows.size() == 4);
  for (size_t i = 0; i < 3; ++i) {
    CHECK_FALSE(rows[i].value);
    CHECK_FALSE(rows[i].missing.empty());
  }
  CHECK(rows[0].missing == "nan");
  CHECK(rows[2].event == "nan-inf");
  CHECK(rows[3].value == 7.0);
  CHECK(rows[3].runtime_ns == 5);
  CHECK(rows[3].running_pct == 99.5);
  CHECK_FALSE(parsed("nan,,cycles,5,100.00,,").front().value);
}

TEST_CASE("commas between slashes belong to the event's name") {
  const auto rows = parsed("12,,cpu/event=0x3c,umask=0x0/u,400,100.00,,\n");
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].event == "cpu/event=0x3c,umask=0x0/u");
  CHECK(rows[0].runtime_ns == 400);
}

TEST_CASE("empty output has no rows") {
  CHECK(parsed("").empty());
  CHECK(parsed("# started on Sun Nov 22 13:46:55 2026\n\n").empty());
  CHECK(parsed("\r\n1,,cycles,5,100.00,,\r\n").size() == 1);
}

TEST_CASE("a line in neither format costs no other line its value, and the first one is reported") {
  const PerfOutput csv = parse_perf_output("# x\n1,,cycles,5,100.00,,\nError: no\nWARNING: x\n2,,faults,5,100.00,,\n");
  REQUIRE(csv.rows.size() == 2);
  CHECK(csv.rows[1].event == "faults");
  CHECK(csv.problem == "line 3 of perf's output is not a CSV row of `perf stat`: Error: no");
  const PerfOutput json = parse_perf_output(
      "WARNING: the clock is odd\n"
      R"({"counter-value" : "9", "event" : "a", "event-runtime" : 5, "pcnt-running" : 100.00})"
      "\n"
      R"({"counter-value" : "9", "event" : "b", "event-runtime" : 5, "pcnt-running" : 100.00, })");
  REQUIRE(json.rows.size() == 1);
  CHECK(json.rows[0].event == "a");
  CHECK(json.rows[0].value == 9.0);
  CHECK(json.problem == "line 1 of perf's output is not a CSV row of `perf stat`: WARNING: the clock is odd");
  CHECK(parse_perf_output("{broken\n").problem == "line 1 of perf's output is not JSON of `perf stat`: {broken");
  for (const char* text : {"Access denied", "{}x", "[1]", "{\"event\" : \"a\"}", "1,,cycles", "1,,cycles,x,100.00", "{",
                           "1,,cycles,5,x", "x,,cycles,5,100.00", "1,,cycles,5,1e9", "1,,cycles,5,nan"}) {
    CAPTURE(text);
    CHECK(parse_perf_output(text).rows.empty());
    CHECK_FALSE(parse_perf_output(text).problem.empty());
  }
}

TEST_CASE("text that is not UTF-8, or very long, stays within bounds and can be stored") {
  const PerfOutput output = parse_perf_output("\xff\xfe" + std::string(1 << 20, 'x') + "\n1,\xc0,a\xff,5,100.00,,\n");
  CHECK(output.problem.size() < 500);
  REQUIRE(output.rows.size() == 1);
  CHECK_NOTHROW(static_cast<void>(Json{output.problem, output.rows[0].event, output.rows[0].unit}.dump()));
}
