#include "core/run/activity.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <optional>
#include <thread>

using namespace copybench;
using namespace std::chrono_literals;

namespace {

// Returns whether a heavy answer with a bound of an hour begins at once. A hang is reported after 30 s.
bool begins(ActivityCounter& activity) {
  auto answer = std::async(std::launch::async, [&] { const ActivityCounter::HeavyAnswer heavy(activity, 1h); });
  const bool begun = answer.wait_for(30s) == std::future_status::ready;
  activity.stop();
  return begun;
}

void check_that_an_answer_waits_for_a_window(ActivityCounter& activity) {
  std::optional<ActivityCounter::OpenWindow> window;
  window.emplace(activity, 1h);
  std::atomic<bool> closed = false;
  auto answer = std::async(std::launch::async, [&] {
    const ActivityCounter::HeavyAnswer heavy(activity, 1h);
    return closed.load();
  });
  CHECK(answer.wait_for(50ms) == std::future_status::timeout);
  closed = true;
  window.reset();
  CHECK(answer.get());
}

}  // namespace

TEST_CASE("requests are counted") {
  ActivityCounter activity{3};
  activity.arrived();
  CHECK(activity.requests() == 4);
}

TEST_CASE("a heavy answer waits for the window's end") {
  ActivityCounter activity;
  check_that_an_answer_waits_for_a_window(activity);
}

TEST_CASE("its wait is bounded, and nobody waits after it in the same window") {
  ActivityCounter activity;
  const ActivityCounter::OpenWindow window(activity, 1h);
  { const ActivityCounter::HeavyAnswer heavy(activity, 10ms); }
  CHECK(begins(activity));
}

TEST_CASE("in the next window they wait again") {
  ActivityCounter activity;
  {
    const ActivityCounter::OpenWindow window(activity, 1h);
    const ActivityCounter::HeavyAnswer outwaited(activity, 10ms);
  }
  check_that_an_answer_waits_for_a_window(activity);
}

TEST_CASE("an answer that may not wait begins, and ends the waiting in that window") {
  ActivityCounter activity;
  std::optional<ActivityCounter::OpenWindow> window;
  window.emplace(activity, 1h);
  { const ActivityCounter::HeavyAnswer at_once(activity, 0ms); }
  auto answer = std::async(std::launch::async, [&] { const ActivityCounter::HeavyAnswer heavy(activity, 1h); });
  CHECK(answer.wait_for(50ms) == std::future_status::timeout);
  window.reset();
  answer.get();
}

TEST_CASE("a window waits for the running heavy answers, within a bound, and lets no further one begin") {
  ActivityCounter activity;
  std::optional<ActivityCounter::HeavyAnswer> heavy;
  heavy.emplace(activity, 1h);
  { const ActivityCounter::OpenWindow late(activity, 10ms); }
  std::atomic<bool> answered = false;
  auto window = std::async(std::launch::async, [&] {
    const ActivityCounter::OpenWindow open(activity, 1h);
    return answered.load();
  });
  CHECK(window.wait_for(50ms) == std::future_status::timeout);
  answered = true;
  heavy.reset();
  CHECK(window.get());
}

TEST_CASE("nobody waits while the daemon stops") {
  ActivityCounter activity;
  const ActivityCounter::OpenWindow window(activity, 1h);
  auto answer = std::async(std::launch::async, [&] { const ActivityCounter::HeavyAnswer heavy(activity, 1h); });
  activity.stop();
  CHECK(answer.wait_for(30s) == std::future_status::ready);
  CHECK(begins(activity));
}
