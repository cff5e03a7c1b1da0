#include "core/run/counting.h"

#include <doctest/doctest.h>

using namespace copybench;

TEST_CASE("each event that was asked for has a reading, also one that perf does not start with") {
  EventChoice choice;
  choice.asked = {"bogus", "context-switches"};
  choice.events = {{"bogus", false, false, "unknown to perf"}, {"context-switches", true, true, ""}};
  choice.counted = {"context-switches"};
  const auto readings = readings_of(choice, "7,,context-switches,5,100.00,,\n");
  REQUIRE(readings);
  REQUIRE(readings->size() == 2);
  CHECK(readings->at(0).event == "bogus");
  CHECK_FALSE(readings->at(0).value);
  CHECK(readings->at(0).reason == "unknown to perf");
  CHECK(readings->at(1).event == "context-switches");
  CHECK(readings->at(1).value == 7.0);
}

TEST_CASE("where perf does not count, each event says why; what perf did not print as it does is an error") {
  EventChoice choice;
  choice.asked = {"cycles", "instructions"};
  choice.not_counted = "there is no program perf";
  const auto readings = readings_of(choice, "");
  REQUIRE(readings);
  REQUIRE(readings->size() == 2);
  CHECK(readings->at(1).event == "instructions");
  CHECK(readings->at(1).reason == "there is no program perf");
  choice.not_counted.clear();
  CHECK_FALSE(readings_of(choice, "1,,cycles,5,100.00,,\nError: no\n"));
}
