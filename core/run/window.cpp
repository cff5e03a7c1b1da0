#include "core/run/window.h"

#include <fmt/format.h>
#include <unistd.h>

#include "core/host/proc_stat.h"
#include "core/host/process_usage.h"
#include "core/wire/orders.h"

namespace copybench {
namespace {

// A longer answer runs on into the window and flags its run.
constexpr std::chrono::seconds kWaitForAnswers{1};

}  // namespace

Window::Window(const WindowParties& parties, const StageLimits& limits, ActivityCounter& activity,
               std::vector<int> cpus, RunEvidence& evidence)
    : parties_(parties), limits_(limits), activity_(activity), evidence_(evidence), measurement_(evidence.measurement) {
  noise_.cpus = std::move(cpus);
}

OrOutcome<void> Window::open() {
  open_.emplace(activity_, kWaitForAnswers);
  noise_.before = read_noise_edge(noise_.cpus);
  requests_before_ = activity_.requests();
  clocks_before_ = clock_gap();
  const auto begin = Monotonic::now();
  if (parties_.control) {
    if (auto enabled = parties_.control->enable(limits_.perf); !enabled) return give_up_perf(enabled.error());
  }
  if (parties_.recorder) {
    if (auto enabled = parties_.recorder->enable(limits_.perf); !enabled) recorder_problem_ = enabled.error().message;
  }
  counting_since_ = {begin, Monotonic::now()};
  auto machine = read_proc_stat();
  if (!machine) return failed(machine.error().message);
  machine_before_ = std::move(*machine);
  machine_since_ = Monotonic::now();
  return mark(order::kOpen, report::kOpened, measurement_.engine_opened, measurement_.load_opened);
}

// Both children get the order before either report is awaited, so that their marks lie as close as the machine allows.
OrOutcome<void> Window::mark(const char* order, const char* report, Json& engine_mark, Json& load_mark) {
  for (Worker* worker : {&parties_.engine, &parties_.load}) {
    if (auto given = worker->give_order(order); !given) return tl::unexpected(parties_.workers.broken(given.error().message));
  }
  auto engine = parties_.workers.await(parties_.engine, report, limits_.mark);
  if (!engine) return tl::unexpected(engine.error());
  engine_mark = std::move(*engine);
  auto load = parties_.workers.await(parties_.load, report, limits_.mark);
  if (!load) return tl::unexpected(load.error());
  load_mark = std::move(*load);
  return {};
}

OrOutcome<void> Window::pass(Nanoseconds duration) {
  const ProcessUsage before = process_usage();
  auto passed = parties_.workers.pass(Monotonic::now() + duration);
  evidence_.daemon = process_usage() - before;
  noise_.daemon_cpu_ns = evidence_.daemon.cpu_ns;
  if (!passed) open_.reset();
  return passed;
}

OrOutcome<void> Window::close() {
  auto marked = mark(order::kClose, report::kClosed, measurement_.engine_closed, measurement_.load_closed);
  if (!marked) return marked;
  if (const auto slept = suspended_between(clocks_before_, clock_gap()); slept > Nanoseconds{0}) {
    return tl::unexpected(
        RunOutcome{Interrupted{fmt::format("the machine was suspended for {:.3f} s within the window", to_seconds(slept))}});
  }
  const auto machine = read_proc_stat();
  if (!machine) return failed(machine.error().message);
  measurement_.machine_window = Monotonic::now() - machine_since_;
  const auto end = Monotonic::now();
  if (parties_.control) {
    if (auto disabled = parties_.control->disable(limits_.perf); !disabled) return give_up_perf(disabled.error());
  }
  if (parties_.recorder && recorder_problem_.empty()) {
    if (auto disabled = parties_.recorder->disable(limits_.perf); !disabled) recorder_problem_ = disabled.error().message;
  }
  measurement_.counting = {end - counting_since_.second, Monotonic::now() - counting_since_.first};
  evidence_.requests = activity_.requests() - requests_before_;
  noise_.after = read_noise_edge(noise_.cpus);
  noise_.requests = evidence_.requests;
  open_.reset();
  return understand_machine(*machine);
}

OrOutcome<void> Window::understand_machine(const std::string& machine_after) {
  const auto between = [&](auto... cpus) -> Result<CpuTimes> {
    const auto before = parse_proc_stat(machine_before_, cpus...);
    const auto after = parse_proc_stat(machine_after, cpus...);
    if (!before || !after) return tl::unexpected(before ? after.error() : before.error());
    return *after - *before;
  };
  const auto machine = between();
  const auto of_run = between(noise_.cpus);
  if (!machine || !of_run) return failed((machine ? of_run : machine).error().message);
  measurement_.machine_cpu = *machine;
  noise_.cpu = *of_run;
  noise_.length = measurement_.machine_window;
  const UsedCpu used = used_in_window(measurement_);
  noise_.own_cpu_ns = (used.engine + used.load).count();
  noise_.own = {parties_.engine.process().pid(), parties_.load.process().pid(), ::getpid()};
  if (parties_.recorder) noise_.own.push_back(parties_.recorder->pid());
  return {};
}

tl::unexpected<RunOutcome> Window::give_up_perf(const PerfControlError& error) {
  perf_failed_ = true;
  return tl::unexpected(error.late ? parties_.workers.late(error.message) : parties_.workers.broken(error.message));
}

}  // namespace copybench
