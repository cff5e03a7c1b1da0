// Uses this machine's perf: software events work wherever perf may count.
#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include "core/base/subprocess.h"
#include "core/perf/capability.h"
#include "core/perf/perf_stat.h"
#include "skipped.h"

using namespace copybench;
using namespace std::chrono_literals;

namespace {

const std::vector<std::string> kEvents{"cpu-cycles",      "instructions",     "cache-misses", "L1-dcache-load-misses",
                                       "LLC-load-misses", "context-switches", "task-clock",   "page-faults"};

struct Counted {
  PerfControl control;
  Subprocess perf;
};

// The program ignores SIGPIPE process-wide; the tests that write to a dead perf need the same.
struct IgnoredSigpipe {
  IgnoredSigpipe() { ::signal(SIGPIPE, SIG_IGN); }
};

// Runs perf around a command; nullopt where this machine does not let perf count: the test is then skipped.
std::optional<Counted> count(const std::vector<std::string>& command, bool json) {
  static const IgnoredSigpipe ignored;
  PerfProbe probe("perf");
  const auto& availability = probe.availability();
  if (!availability.usable || availability.user_space_only) {
    skipped("perf may not count here: " + availability.reason);
    return std::nullopt;
  }
  auto control = PerfControl::create();
  REQUIRE(control);
  SubprocessOptions options;
  options.argv = control->argv(availability.path, kEvents, json);
  options.argv.insert(options.argv.end(), command.begin(), command.end());
  options.inherit = control->inherit();
  options.environment = PerfControl::environment();
  auto perf = Subprocess::spawn(options);
  REQUIRE_MESSAGE(perf, perf.error().message);
  control->spawned();
  return Counted{std::move(*control), std::move(*perf)};
}

double milliseconds_since(Monotonic::time_point start) { return to_seconds(Monotonic::now() - start) * 1000; }

std::vector<CounterReading> readings_of(Counted& counted) {
  const auto text = counted.control.output();
  REQUIRE(text);
  const PerfOutput output = parse_perf_output(*text);
  REQUIRE_MESSAGE(output.problem.empty(), output.problem);
  return combine_rows(output.rows, kEvents, PerfScope::task);
}

}  // namespace

TEST_CASE("only what runs between enable and disable is counted") {
  for (const bool json : {true, false}) {
    CAPTURE(json);
    const auto start = Monotonic::now();
    auto counted = count({"sh", "-c", "while :; do :; done"}, json);
    if (!counted) return;
    const auto before_enable = Monotonic::now();
    const auto enabled = counted->control.enable(20s);
    REQUIRE_MESSAGE(enabled, enabled.error().message);
    const double enable_ms = milliseconds_since(before_enable);
    const auto window_start = Monotonic::now();
    usleep(100'000);  // the window itself
    const auto before_disable = Monotonic::now();
    const auto disabled = counted->control.disable(20s);
    REQUIRE_MESSAGE(disabled, disabled.error().message);
    const double disable_ms = milliseconds_since(before_disable);
    const auto window = Monotonic::now() - window_start;
    usleep(100'000);  // keeps running, uncounted

    const auto before_end = Monotonic::now();
    counted->perf.signal_group(SIGINT);  // perf ends its command and writes the counts
    REQUIRE(counted->perf.wait(20s));
    MESSAGE("perf's start and enable " << enable_ms << " ms, disable " << disable_ms << " ms, end "
                                       << milliseconds_since(before_end) << " ms, in all " << milliseconds_since(start)
                                       << " ms with a window of 100 ms");
    const auto readings = readings_of(*counted);
    const auto& task_clock = readings[6];
    REQUIRE(task_clock.value);
    CHECK(task_clock.unit == "ns");
    CHECK(*task_clock.value > 0);
    // At most the outer interval: enable and disable lie within these bounds.
    CHECK(*task_clock.value <= static_cast<double>((window + (window_start - before_enable)).count()) * 1.1);
    CHECK(readings[5].value);
    CHECK(readings[7].value);
    for (const auto& reading : readings) {
      CAPTURE(reading.event);
      CHECK(reading.value.has_value() == reading.reason.empty());
    }
  }
}

TEST_CASE("a window can be opened again, and perf's exit status is that of its command") {
  auto counted = count({"cat"}, true);
  if (!counted) return;
  for (int i = 0; i < 3; ++i) {
    CHECK(counted->control.enable(20s));
    CHECK(counted->control.disable(20s));
  }
  counted->perf.stdin_pipe().reset();
  const auto status = counted->perf.wait(20s);
  REQUIRE(status);
  CHECK(status->success());
  CHECK(readings_of(*counted).size() == kEvents.size());
}

TEST_CASE("without enable nothing is counted, and nothing is stored as 0") {
  auto counted = count({"true"}, true);
  if (!counted) return;
  REQUIRE(counted->perf.wait(20s));
  for (const auto& reading : readings_of(*counted)) {
    CAPTURE(reading.event);
    CHECK_FALSE(reading.value);
    CHECK_FALSE(reading.reason.empty());
  }
}

TEST_CASE("a dead perf is an error at once, a silent one after the timeout") {
  auto counted = count({"true"}, true);
  if (!counted) return;
  REQUIRE(counted->perf.wait(20s));
  CHECK(counted->control.enable(20s).error().message == "perf ended before it acknowledged `enable`");

  auto silent = PerfControl::create();
  REQUIRE(silent);  // nobody reads: our own copies of perf's ends keep the channel open
  CHECK(silent->disable(20ms).error().message == "perf did not acknowledge `disable` within 0.0 s");
  CHECK(silent->output() == std::string());
}

TEST_CASE("the command line bounds the counting and leaves no file") {
  const auto control = PerfControl::create();
  REQUIRE(control);
  CHECK(control->argv("/usr/bin/perf", {"cycles", "cpu/event=0x3c,umask=0x0/"}, true) ==
        std::vector<std::string>{"/usr/bin/perf", "stat", "-D", "-1", "--control", "fd:3,4", "--log-fd", "5", "-j",
                                 "-e", "cycles", "-e", "cpu/event=0x3c,umask=0x0/", "--"});
  CHECK(control->argv("perf", {}, false)[8] == "-x,");
  CHECK(control->inherit().size() == 3);
}
