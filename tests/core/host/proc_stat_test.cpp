#include "core/host/proc_stat.h"

#include <doctest/doctest.h>
#include <unistd.h>

using namespace copybench;

TEST_CASE("the line of all CPUs, in nanoseconds, with guest time subtracted from user and nice") {
  REQUIRE(::sysconf(_SC_CLK_TCK) == 100);
  const auto times = parse_proc_stat("cpu  1000 200 300 4000 50 6 7 8 100 20\ncpu0 1 2 3 4 5 6 7 8 9 10\n");
  REQUIRE(times);
  constexpr int64_t kTick = 10'000'000;
  CHECK(times->user_ns == 900 * kTick);
  CHECK(times->nice_ns == 180 * kTick);
  CHECK(times->system_ns == 300 * kTick);
  CHECK(times->idle_ns == 4000 * kTick);
  CHECK(times->iowait_ns == 50 * kTick);
  CHECK(times->irq_ns == 6 * kTick);
  CHECK(times->softirq_ns == 7 * kTick);
  CHECK(times->steal_ns == 8 * kTick);
  CHECK(times->guest_ns == 120 * kTick);
  CHECK(times->busy_ns() == (900 + 180 + 300 + 6 + 7 + 120) * kTick);

  const auto later = parse_proc_stat("cpu  1010 200 303 4100 50 6 8 8 100 20\n");
  REQUIRE(later);
  const auto between = *later - *times;
  CHECK(between.user_ns == 10 * kTick);
  CHECK(between.busy_ns() == 14 * kTick);
  CHECK(to_json(between).dump() ==
        R"({"user_ns":100000000,"nice_ns":0,"system_ns":30000000,"idle_ns":1000000000,"iowait_ns":0,"irq_ns":0,)"
        R"("softirq_ns":10000000,"steal_ns":0,"guest_ns":0,"busy_ns":140000000})");
}

TEST_CASE("older kernels without guest times") { CHECK(parse_proc_stat("cpu  1 2 3 4 5 6 7 8\n")->guest_ns == 0); }

TEST_CASE("some of the CPUs, if online") {
  constexpr const char* kText = "cpu  9 9 9 9 9 9 9 9 9 9\ncpu0 1 2 3 4 5 6 7 8 0 0\ncpu2 10 0 0 0 0 0 0 1 0 0\nintr 5 5\n";
  constexpr int64_t kTick = 10'000'000;
  CHECK(parse_proc_stat(kText, {0})->process_ns() == 6 * kTick);
  CHECK(parse_proc_stat(kText, {0, 1, 2})->process_ns() == 16 * kTick);
  CHECK(parse_proc_stat(kText, {0, 2})->steal_ns == 9 * kTick);
  CHECK(parse_proc_stat(kText, {7})->busy_ns() == 0);
  CHECK_FALSE(parse_proc_stat("cpu  1 2 3 4 5 6 7 8\ncpu0 1 2\n", {0}));
}

TEST_CASE("text in another format than /proc/stat is an error") {
  for (const char* text : {"", "cpu", "cpu0 1 2 3 4 5 6 7 8", "cpu  1 2 3", "cpu  1 2 3 x 5 6 7 8", "intr 1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_proc_stat(text));
  }
}

TEST_CASE("this machine's times go forward") {
  const auto first = read_proc_stat();
  const auto second = read_proc_stat();
  REQUIRE(first);
  REQUIRE(second);
  CHECK(parse_proc_stat(*first)->busy_ns() > 0);
  CHECK(parse_proc_stat(*second)->busy_ns() >= parse_proc_stat(*first)->busy_ns());
}
