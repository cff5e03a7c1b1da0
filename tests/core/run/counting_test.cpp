#include "core/run/counting.h"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

using namespace copybench;

TEST_CASE("each requested event has a reading, also one that perf does not start with") {
  EventChoice choice;
  choice.asked = {"bogus", "context-switches"};
  choice.events = {{"bogus", false, false, "unknown to perf"}, {"context-switches", true, true, ""}};
  choice.counted = {"context-switches"};
  const auto readings = readings_of(choice, "7,,context-switches,5,100.00,,\n");
  REQUIRE(readings.size() == 2);
  CHECK(readings.at(0).event == "bogus");
  CHECK_FALSE(readings.at(0).value);
  CHECK(readings.at(0).reason == "unknown to perf");
  CHECK(readings.at(1).event == "context-switches");
  CHECK(readings.at(1).value == 7.0);
}

TEST_CASE("if perf does not count, each event gives the reason; unparsable output costs what it may have been") {
  EventChoice choice;
  choice.asked = {"cycles", "instructions"};
  choice.not_counted = "there is no program perf";
  const auto readings = readings_of(choice, "");
  REQUIRE(readings.size() == 2);
  CHECK(readings.at(1).event == "instructions");
  CHECK(readings.at(1).reason == "there is no program perf");
  choice.not_counted.clear();
  choice.counted = choice.asked;
  choice.events = {{"cycles", true, true, ""}, {"instructions", true, true, ""}};
  const auto counted = readings_of(choice, "1,,cycles,5,100.00,,\nError: no\n");
  REQUIRE(counted.size() == 2);
  CHECK(counted[0].value == 1.0);
  CHECK(counted[1].reason ==
        "perf printed no row for it; line 2 of perf's output is not a CSV row of `perf stat`: Error: no");
}

TEST_CASE("a perf without any event that it can count gets task-clock as well") {
  char folder[] = "/tmp/copybench-perf-XXXXXX";
  REQUIRE(::mkdtemp(folder) != nullptr);
  const std::string path = std::string(folder) + "/perf";
  std::ofstream(path) << R"(#!/bin/sh
case "$*" in
  --version) echo perf version 7.2;;
  *task-clock*) echo '{"counter-value" : "0.4", "unit" : "msec", "event" : "task-clock", "event-runtime" : 4, "pcnt-running" : 100.00}' >&3
    echo '{"counter-value" : "1", "unit" : "", "event" : "context-switches", "event-runtime" : 4, "pcnt-running" : 100.00}' >&3
    echo '{"counter-value" : "<not supported>", "unit" : "", "event" : "cpu-cycles", "event-runtime" : 0, "pcnt-running" : 100.00}' >&3;;
  *) echo 'Error: No supported events found.' >&2; exit 1;;
esac)";
  REQUIRE(::chmod(path.c_str(), 0755) == 0);
  PerfProbe probe(path);
  REQUIRE_MESSAGE(probe.availability().usable, probe.availability().reason);
  const EventChoice choice = choose_events(probe, {"cpu-cycles"}, /*profiled=*/false);
  REQUIRE(choice.events.size() == 1);
  CHECK(choice.events[0].accepted);
  CHECK(choice.events[0].reason == "not supported by this machine");
  CHECK(choice.counted == std::vector<std::string>{"cpu-cycles", "task-clock"});
  const auto readings = readings_of(choice, "<not supported>,,cpu-cycles,0,100.00,,\n0.4,msec,task-clock,4,100.00,,\n");
  REQUIRE(readings.size() == 1);
  CHECK(readings[0].reason == "not supported");
  ::unlink(path.c_str());
  ::rmdir(folder);
}
