// Uses this machine's perf, as far as it may sample.
#include "core/perf/perf_record.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/subprocess.h"
#include "core/perf/perf_script.h"
#include "skipped.h"

using namespace copybench;
using namespace std::chrono_literals;

TEST_CASE("the frequency bounds the samples of a long window on many CPUs") {
  CHECK(sampling_frequency(2, 1s) > 1000);
  CHECK(sampling_frequency(2, 3600s) == 49);
  const int frequency = sampling_frequency(64, 10s);
  CHECK(frequency >= 49);
  CHECK(64 * 10 * frequency <= 1.1 * kMostSamples);
}

TEST_CASE("CPU time between the marks is sampled, and none before and after") {
  ::signal(SIGPIPE, SIG_IGN);
  PerfProbe probe("perf");
  if (!probe.availability().usable) return skipped("perf may not count here: " + probe.availability().reason);
  auto burner = Subprocess::spawn({.argv = {"sh", "-c", "while :; do :; done"}});
  REQUIRE(burner);
  const Sampling sampling = choose_sampling(probe, 200ms, {burner->pid()});
  auto recorder = Recorder::start(probe.availability().path, sampling);
  REQUIRE_MESSAGE(recorder, recorder.error().message);
  REQUIRE(recorder->enable(10s));
  const auto since = Monotonic::now();
  CHECK_FALSE(burner->wait(200ms).has_value());
  REQUIRE(recorder->disable(10s));
  const double window_s = to_seconds(Monotonic::now() - since);
  CHECK_FALSE(burner->wait(200ms).has_value());
  const auto text = recorder->finish(60s);
  REQUIRE_MESSAGE(text, text.error().message);
  const auto folded = fold_perf_script(*text, {.engine = burner->pid(), .load = -1});
  CHECK(folded.problem == "");
  CHECK(folded.engine_samples > 0);
  // One thread cannot have more samples than its CPU had.
  CHECK(static_cast<double>(folded.engine_samples) <= 1.2 * window_s * sampling.frequency_hz + 2);
}

TEST_CASE("an event that perf cannot sample is reported with perf's own words") {
  ::signal(SIGPIPE, SIG_IGN);
  PerfProbe probe("perf");
  if (!probe.availability().usable) return skipped("perf may not count here: " + probe.availability().reason);
  auto recorder = Recorder::start(probe.availability().path,
                                  {.event = "no-such-event", .frequency_hz = 99, .whole_machine = false, .processes = {1}});
  REQUIRE(recorder);
  const auto enabled = recorder->enable(10s);
  REQUIRE_FALSE(enabled);
  CHECK(enabled.error().message.find("no-such-event") != std::string::npos);
}

TEST_CASE("a perf that floods its stderr and prints no samples is ended, and that is reported") {
  ::signal(SIGPIPE, SIG_IGN);
  char name[] = "/tmp/copybench-perf-XXXXXX";
  UniqueFd file(::mkstemp(name));
  REQUIRE(file);
  const std::string script =
      "#!/bin/sh\n[ \"$1\" = script ] && exit 3\ntrap 'exit 0' INT\nread word <&3; echo ack >&4; read word <&3; echo ack >&4\n"
      "while :; do echo 'WARNING: \377' >&2; done\n";
  REQUIRE(::write(file.get(), script.data(), script.size()) == static_cast<ssize_t>(script.size()));
  REQUIRE(::chmod(name, 0755) == 0);
  // A file that is open for writing cannot be executed (ETXTBSY).
  file.reset();
  auto recorder = Recorder::start(name, {.event = "cycles", .frequency_hz = 99, .whole_machine = true, .processes = {}});
  REQUIRE(recorder);
  CHECK(recorder->enable(10s));
  CHECK(recorder->disable(10s));
  const auto text = recorder->finish(20s);
  REQUIRE_FALSE(text);
  CHECK(text.error().message.starts_with("perf script ended with exit status 3"));
  ::unlink(name);
}
