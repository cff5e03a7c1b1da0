#include "core/perf/perf_record.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cmath>

#include "core/base/command.h"
#include "core/host/cpu_set.h"
#include "core/host/system_facts.h"
#include "core/model/text.h"

namespace copybench {
namespace {

// Not a round number, so that samples do not synchronize with periodic work at a round frequency.
constexpr int kHighestFrequency = 3999;
constexpr int kLowestFrequency = 49;

// Sampling the whole machine needs more rights than counting own processes: paranoid 0 or less, or CAP_PERFMON.
bool may_sample_machine() {
  return sysctl_int("kernel.perf_event_paranoid").value_or(2) <= 0 || has_capability(CAP_PERFMON) ||
         has_capability(CAP_SYS_ADMIN);
}

std::string data_path() { return fmt::format("/proc/self/fd/{}", PerfControl::kOutput); }

std::vector<std::string> record_argv(const std::string& perf_path, const Sampling& sampling) {
  std::vector<std::string> argv{perf_path, "record", "-q", "-D", "-1", "--control", PerfControl::control_option(),
                                "-g", "-F", std::to_string(sampling.frequency_hz), "-e", sampling.event, "-o", data_path()};
  if (sampling.whole_machine) {
    argv.emplace_back("-a");
  } else {
    argv.insert(argv.end(), {"-p", fmt::format("{}", fmt::join(sampling.processes, ","))});
  }
  return argv;
}

// Reads what is available, but no more than a person would read.
std::string available_text(UniqueFd& pipe) {
  std::array<char, 1024> chunk;
  const ssize_t got = ::read(pipe.get(), chunk.data(), chunk.size());
  std::string text(chunk.data(), static_cast<size_t>(std::max<ssize_t>(got, 0)));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return clean_text(text);
}

}  // namespace

int sampling_frequency(int cpus, Nanoseconds window) {
  const double fitting = static_cast<double>(kMostSamples) / (std::max(1, cpus) * std::max(to_seconds(window), 0.001));
  const auto allowed = sysctl_int("kernel.perf_event_max_sample_rate").value_or(kHighestFrequency);
  const auto highest = std::min<int64_t>(kHighestFrequency, allowed);
  return static_cast<int>(std::clamp<int64_t>(std::llround(fitting), std::min<int64_t>(kLowestFrequency, highest), highest));
}

Sampling choose_sampling(PerfProbe& perf, Nanoseconds window, const std::vector<pid_t>& processes) {
  Sampling sampling;
  sampling.event = perf.support({"cycles"}).front().works ? "cycles" : "cpu-clock";
  sampling.whole_machine = may_sample_machine();
  if (!sampling.whole_machine) sampling.processes = processes;
  sampling.frequency_hz = sampling_frequency(static_cast<int>(allowed_cpus().size()), window);
  return sampling;
}

Result<Recorder> Recorder::start(const std::string& perf_path, const Sampling& sampling) {
  auto control = PerfControl::create();
  if (!control) return tl::unexpected(control.error());
  SubprocessOptions options;
  options.argv = record_argv(perf_path, sampling);
  options.inherit = control->inherit();
  options.environment = PerfControl::environment();
  auto process = Subprocess::spawn(options);
  if (!process) return fail("perf record could not be started: " + process.error().message);
  control->spawned();
  return Recorder(perf_path, std::move(*control), std::move(*process));
}

std::string Recorder::words() {
  const std::string text = available_text(process_.stderr_pipe());
  return text.empty() ? clean_text(last_words_.substr(0, 1024)) : text;
}

tl::expected<void, PerfControlError> Recorder::explained(tl::expected<void, PerfControlError> done) {
  if (done) return done;
  const std::string said = words();
  done.error().message = "perf record: " + done.error().message + (said.empty() ? "" : "; it said: " + said);
  return done;
}

// Reads stderr while it waits: perf would not end while it writes to a full pipe.
std::optional<ExitStatus> Recorder::wait_for_end(Nanoseconds at_most) {
  const auto deadline = deadline_after(at_most);
  auto ended = process_.wait(Nanoseconds{0});
  while (!ended && Monotonic::now() < deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Monotonic::now()).count();
    std::array<pollfd, 2> entries{{{process_.pidfd(), POLLIN, 0}, {process_.stderr_pipe().get(), POLLIN, 0}}};
    ::poll(entries.data(), entries.size(), static_cast<int>(std::clamp<int64_t>(left, 0, INT_MAX)));
    ended = process_.wait(Nanoseconds{0});
    if (ended || entries[1].revents == 0) continue;
    std::array<char, 4096> chunk;
    const ssize_t got = ::read(process_.stderr_pipe().get(), chunk.data(), chunk.size());
    if (got > 0) last_words_.assign(chunk.data(), static_cast<size_t>(got));
    if (got == 0) process_.stderr_pipe().reset();
  }
  return ended;
}

Result<std::string> Recorder::finish(Nanoseconds at_most) {
  process_.signal_group(SIGINT);
  const auto ended = wait_for_end(at_most);
  if (!ended) return fail(fmt::format("perf record had not ended {:.1f} s after it was told to", to_seconds(at_most)));
  // perf ends by the signal that it was sent.
  if (!ended->success() && ended->signal != SIGINT) {
    return fail(fmt::format("perf record ended with {}; it said: {}", ended->describe(), words()));
  }
  SubprocessOptions options;
  options.argv = {perf_path_, "script", "-i", data_path(), "--no-inline", "-F", "pid,tid,ip,sym,dso"};
  options.inherit = {{control_.output_fd(), PerfControl::kOutput}};
  options.environment = PerfControl::environment();
  auto script = run_command(options, at_most, kMostScript);
  if (!script) return fail("perf script: " + script.error().message);
  if (!script->status.success()) {
    return fail(fmt::format("perf script ended with {}; it said: {}", script->status.describe(),
                            clean_text(script->err.substr(0, 500))));
  }
  return std::move(script->out);
}

}  // namespace copybench
