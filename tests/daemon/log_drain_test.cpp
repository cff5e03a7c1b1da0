#include "daemon/log_drain.h"

#include <doctest/doctest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

using namespace copybench;
using namespace std::chrono_literals;

namespace {

// The target of a drain's lines; it can be made to block or to fail.
struct Sink {
  std::mutex mutex;
  std::condition_variable changed;
  bool stuck = false;
  bool waiting = false;  // a line is being written
  bool refuses = false;
  std::vector<std::string> lines;

  bool take(const LogLine& line) {
    std::unique_lock lock(mutex);
    waiting = true;
    changed.notify_all();
    changed.wait(lock, [&] { return !stuck; });
    waiting = false;
    if (!refuses) lines.push_back(line.text);
    return !refuses;
  }
  void set_stuck(bool value) {
    std::lock_guard lock(mutex);
    stuck = value;
    changed.notify_all();
  }
  void until_one_is_stuck() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return waiting && stuck; });
  }
  std::vector<std::string> written() {
    std::lock_guard lock(mutex);
    return lines;
  }
};

struct Drained {
  explicit Drained(LogDrainLimits limits = {}) {
    auto started = LogDrain::start([to = sink](const LogLine& line) { return to->take(line); }, limits);
    REQUIRE(started);
    drain = std::move(*started);
  }
  void put(const std::string& text) { drain->put({spdlog::log_clock::now(), spdlog::level::info, text, {}}); }
  std::shared_ptr<Sink> sink = std::make_shared<Sink>();  // outlives a writer that is stuck in it
  std::unique_ptr<LogDrain> drain;
};

}  // namespace

TEST_CASE("lines are written in order, and all of them before the drain ends") {
  Drained drained;
  for (int i = 0; i < 100; ++i) drained.put(std::to_string(i));
  drained.drain.reset();
  const auto lines = drained.sink->written();
  REQUIRE(lines.size() == 100);
  for (int i = 0; i < 100; ++i) CHECK(lines[static_cast<size_t>(i)] == std::to_string(i));
}

TEST_CASE("a stuck writer delays nobody, the oldest lines are dropped, and their number is reported") {
  Drained drained({.lines = 10});
  drained.sink->set_stuck(true);
  drained.put("first");
  drained.sink->until_one_is_stuck();
  for (int i = 0; i < 1000; ++i) drained.put(std::to_string(i));
  CHECK_FALSE(drained.drain->flush(1ms));
  drained.sink->set_stuck(false);
  CHECK(drained.drain->flush(10s));
  const auto lines = drained.sink->written();
  REQUIRE(lines.size() == 12);
  CHECK(lines[0] == "first");
  CHECK(lines[1].starts_with("event=log_dropped lines=990 "));
  CHECK(lines[2] == "990");
  CHECK(lines.back() == "999");
}

TEST_CASE("long lines count by their bytes") {
  Drained drained({.bytes = 1000});
  drained.sink->set_stuck(true);
  drained.put("first");
  drained.sink->until_one_is_stuck();
  for (int i = 0; i < 10; ++i) drained.put(std::string(400, 'x'));
  drained.sink->set_stuck(false);
  CHECK(drained.drain->flush(10s));
  CHECK(drained.sink->written().size() == 4);  // with the report
}

TEST_CASE("lines that could not be written are reported once writing works again") {
  Drained drained;
  drained.sink->refuses = true;
  drained.put("lost");
  CHECK(drained.drain->flush(10s));
  {
    std::lock_guard lock(drained.sink->mutex);
    drained.sink->refuses = false;
  }
  drained.put("written");
  CHECK(drained.drain->flush(10s));
  const auto lines = drained.sink->written();
  REQUIRE(lines.size() == 2);
  CHECK(lines[1].starts_with("event=log_dropped lines=1 "));
}

TEST_CASE("the destructor does not wait for a stuck writer") {
  Drained drained({.at_end = 10ms});
  drained.sink->set_stuck(true);
  drained.put("never written");
  drained.sink->until_one_is_stuck();
  drained.drain.reset();  // returns
  CHECK(drained.sink->written().empty());
  drained.sink->set_stuck(false);  // lets the thread go
}
