#include "core/run/noise.h"

#include <doctest/doctest.h>
#include <unistd.h>

using namespace copybench;

namespace {

constexpr int64_t kMs = 1'000'000;

// 3 s on two CPUs; the run used 5.5 s, other processes none. pid 100 leads the run's group.
NoiseWindow quiet() {
  NoiseWindow window;
  window.cpus = {0, 1};
  window.length = std::chrono::seconds{3};
  window.cpu.user_ns = 2000 * kMs;
  window.cpu.system_ns = 3500 * kMs;
  window.cpu.softirq_ns = 500 * kMs;
  window.own_cpu_ns = 5500 * kMs;
  window.own = {100, 7};
  window.before.all_processes = window.after.all_processes = true;
  window.before.processes = {{7, 7, "copybenchd", 100 * kMs, 0, 0},
                              {101, 100, "engine", 0, 0, 0},
                              {200, 200, "editor", 900 * kMs, 50 * kMs, 2}};
  window.after.processes = {{7, 7, "copybenchd", 110 * kMs, 0, 0},
                             {101, 100, "engine", 5500 * kMs, 0, 0},
                             {200, 200, "editor", 910 * kMs, 50 * kMs, 2}};
  window.after.at = window.before.at + window.length;
  return window;
}

std::string kinds(const NoiseWindow& window) { return kinds_of(detect_noise(window).flags); }

}  // namespace

TEST_CASE("a quiet window has no flags, and its evidence shows that") {
  const Noise noise = detect_noise(quiet());
  CHECK(noise.flags.empty());
  CHECK(noise.evidence["cpus"] == "0-1");
  CHECK(noise.evidence["neighbours_share"] == 0.0);
  CHECK(noise.evidence["neighbours"][0]["name"] == "editor");
  CHECK(noise.evidence["frequency_before_khz"].is_null());
  CHECK(noise.evidence["neighbours_reason"].is_null());
}

TEST_CASE("a process that takes the run's CPUs is flagged and named") {
  auto window = quiet();
  window.own_cpu_ns -= 1500 * kMs;
  window.after.processes.push_back({300, 300, "burner", 1500 * kMs, 0});
  const Noise noise = detect_noise(window);
  REQUIRE(noise.flags.size() == 1);
  CHECK(noise.flags[0].kind == FlagKind::neighbours);
  CHECK(noise.flags[0].detail ==
        "Other processes used 25.0 % of the time of the run's CPUs; the busiest of those still there at the end, on any CPU: "
        "burner (pid 300) 50 %, editor (pid 200) 0 % of one.");
}

TEST_CASE("soft interrupts, which count in the run's own time, do not hide a busy process on its CPUs") {
  auto window = quiet();
  window.cpu.user_ns = 2000 * kMs;
  window.cpu.system_ns = 2700 * kMs;
  window.cpu.softirq_ns = 1300 * kMs;
  window.own_cpu_ns = 5250 * kMs;  // 1300 ms of it in soft interrupts
  window.after.processes.push_back({300, 300, "burner", 750 * kMs, 0, 1});
  const Noise noise = detect_noise(window);
  CHECK(kinds_of(noise.flags) == "neighbours");
  CHECK(noise.evidence["neighbours_share"].get<double>() == doctest::Approx(0.125));
  window.after.processes.back().cpu = 5;  // on another CPU: those soft interrupts belong to no process
  CHECK(kinds(window).empty());
  window.after.processes.back() = {300, 300, "ksoftirqd/1", 750 * kMs, 0, 1, true};
  CHECK(kinds(window).empty());
}

TEST_CASE("CPU time between edges that lie far apart counts in proportion to the window") {
  auto window = quiet();
  window.own_cpu_ns -= 3000 * kMs;
  window.after.at = window.before.at + 4 * window.length;
  window.after.processes.push_back({300, 300, "burner", 4000 * kMs, 0, 1});
  const Noise noise = detect_noise(window);
  REQUIRE(noise.evidence["neighbours"].size() == 2);
  CHECK(noise.evidence["neighbours"][0]["cpu_ns"] == 1000 * kMs);
  CHECK(noise.evidence["neighbours_share"].get<double>() == doctest::Approx(1.0025 / 6));
}

TEST_CASE("busy processes on other CPUs, or ticks that only look like another's, are not flagged") {
  auto elsewhere = quiet();
  elsewhere.after.processes.push_back({300, 300, "burner", 3000 * kMs, 0});
  CHECK(kinds(elsewhere).empty());
  auto ticks = quiet();
  ticks.own_cpu_ns -= 1500 * kMs;
  CHECK(kinds(ticks).empty());
}

TEST_CASE("the parents of processes that ended in the window account for them") {
  auto window = quiet();
  window.own_cpu_ns -= 1000 * kMs;
  window.before.processes.push_back({300, 300, "make", 0, 1000 * kMs});
  window.before.processes.push_back({301, 300, "cc1", 400 * kMs, 0});
  window.after.processes.push_back({300, 300, "make", 0, 2000 * kMs});
  const Noise noise = detect_noise(window);
  REQUIRE(noise.flags.size() == 1);
  CHECK(noise.evidence["neighbours_share"].get<double>() == doctest::Approx(0.61 / 6));
}

TEST_CASE("if not all processes are visible the CPUs decide, and visible processes count at least") {
  auto window = quiet();
  window.own_cpu_ns -= 1500 * kMs;
  window.before.all_processes = window.after.all_processes = false;
  CHECK(kinds(window) == "neighbours");
  auto hidden = quiet();  // because of the soft interrupts in the run's own time
  hidden.own_cpu_ns -= 400 * kMs;
  hidden.cpu.softirq_ns += 800 * kMs;
  hidden.cpu.system_ns -= 400 * kMs;
  hidden.after.processes.push_back({300, 300, "burner", 800 * kMs, 0, 1});
  for (const bool all : {true, false}) {
    hidden.before.all_processes = hidden.after.all_processes = all;
    CHECK(kinds(hidden) == "neighbours");
  }
}

TEST_CASE("without a list of processes the CPUs decide alone") {
  auto window = quiet();
  window.own_cpu_ns -= 1500 * kMs;
  window.after.no_processes = "there are more than 2000 processes";
  CHECK(kinds(window) == "neighbours");
  CHECK(detect_noise(window).evidence["neighbours"].is_null());
  CHECK(detect_noise(window).evidence["neighbours_reason"] == "there are more than 2000 processes");
}

TEST_CASE("stolen time, frequency and heat") {
  auto stolen = quiet();
  stolen.cpu.steal_ns = 90 * kMs;
  CHECK(kinds(stolen) == "steal");
  stolen.cpu.steal_ns = 20 * kMs;
  CHECK(kinds(stolen).empty());

  auto slowed = quiet();
  slowed.before.frequency_khz = 3.0e6;
  slowed.after.frequency_khz = 2.9e6;
  CHECK(kinds(slowed).empty());
  slowed.after.frequency_khz = 2.4e6;
  CHECK(kinds(slowed) == "frequency");
  slowed.before.throttles = 3;
  slowed.after.throttles = 5;
  CHECK(kinds(slowed) == "frequency;thermal");
}

TEST_CASE("in a short window a tick or two is not flagged") {
  auto window = quiet();
  window.length = std::chrono::milliseconds{200};
  window.cpu = {};
  window.cpu.user_ns = 400 * kMs;
  window.own_cpu_ns = 370 * kMs;
  window.before.no_processes = "too many";
  CHECK(kinds(window).empty());
}

TEST_CASE("this machine's noise can be read") {
  const NoiseEdge edge = read_noise_edge({0});
  CHECK((!edge.processes.empty() || !edge.no_processes.empty()));
}

TEST_CASE("daemon CPU time above 1 % of one CPU is flagged, with the number of requests") {
  auto window = quiet();
  window.daemon_cpu_ns = 30 * kMs;
  window.requests = 7;
  CHECK(kinds(window).empty());
  window.daemon_cpu_ns = 45 * kMs;
  const Noise noise = detect_noise(window);
  REQUIRE(noise.flags.size() == 1);
  CHECK(noise.flags[0].kind == FlagKind::api);
  CHECK(noise.flags[0].detail == "copybenchd itself used 1.5 % of a CPU within the window, in which 7 requests came.");
}
