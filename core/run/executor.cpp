#include "core/run/executor.h"

#include <fmt/format.h>

#include <optional>

#include "core/host/cpu_set.h"
#include "core/host/memory.h"
#include "core/host/process_list.h"
#include "core/host/system_facts.h"
#include "core/perf/perf_record.h"
#include "core/perf/perf_script.h"
#include "core/perf/perf_stat.h"
#include "core/run/command_lines.h"
#include "core/run/counting.h"
#include "core/run/cpu_assignment.h"
#include "core/run/evidence.h"
#include "core/run/measurement.h"
#include "core/run/noise.h"
#include "core/run/profiling.h"
#include "core/run/window.h"
#include "core/run/worker_group.h"
#include "core/wire/orders.h"

namespace copybench {
namespace {

// The ksoftirqd of each CPU. None if the processes cannot be listed: then their samples count as those of others.
std::vector<pid_t> soft_irq_threads() {
  std::vector<pid_t> threads;
  const auto processes = list_processes(NoiseLimits::kMostProcesses);
  if (!processes) return threads;
  for (const ProcessTimes& process : *processes) {
    if (process.kernel && process.name.starts_with("ksoftirqd/")) threads.push_back(process.pid);
  }
  return threads;
}

// One run in progress. Its stages are its member functions, in the order in which measure() calls them.
class Execution {
 public:
  Execution(const ExecutorOptions& options, PerfProbe& perf, Interruption& interruption, ActivityCounter& activity,
            const ExperimentSpec& spec, const PlannedRun& run, std::string without_perf)
      : without_perf_(std::move(without_perf)),
        options_(options),
        perf_(perf),
        quiet_(perf),
        activity_(activity),
        spec_(spec),
        configuration_(run.configuration),
        profiled_(run.kind == RunKind::profile),
        workers_(interruption) {}

  RunResult execute();
  // After execute(): why perf, and not the run, caused the outcome; none if perf did not.
  const std::optional<std::string>& perf_trouble() const { return perf_trouble_; }

 private:
  OrOutcome<RunFigures> measure();
  OrOutcome<void> check_memory();
  OrOutcome<void> start_engine();
  OrOutcome<void> start_load();
  OrOutcome<void> start_recorder();
  OrOutcome<void> warm_up();
  OrOutcome<void> go_through_window();
  OrOutcome<void> finish_load();
  OrOutcome<void> finish_engine();
  void read_perf();
  void read_profile();

  void reached(std::string_view stage) const;
  OrOutcome<Json> order_and_await(Worker& worker, const char* order, const char* report, Nanoseconds at_most);
  tl::unexpected<RunOutcome> failed(const std::string& what) const { return tl::unexpected(workers_.failed(what)); }
  void judge(const RunFigures& figures);

  std::optional<std::string> trouble_with_perf();

  const std::string without_perf_;  // why perf stat is left out; empty: it is not
  std::optional<std::string> perf_trouble_;
  const ExecutorOptions& options_;
  PerfProbe& perf_;
  const PerfProbe::Quiet quiet_;
  ActivityCounter& activity_;
  const ExperimentSpec& spec_;
  const Configuration configuration_;
  const bool profiled_;  // under perf record, in the place of perf stat

  EventChoice choice_;
  std::optional<PerfControl> control_;  // if perf counts
  Sampling sampling_;
  std::optional<Recorder> recorder_;
  std::optional<RunProfile> profile_;
  std::optional<Worker> engine_;
  std::optional<Worker> load_;
  WorkerGroup workers_;  // after the workers: it points at them
  std::vector<int> used_cpus_;
  RunToken token_{};
  Json engine_ready_;

  RunEvidence evidence_;
  Measurement& measurement_ = evidence_.measurement;
  std::optional<Window> window_;  // set when the warm-up is over
  std::vector<RunFlag> flags_;
  std::string perf_raw_;
};

OrOutcome<void> Execution::check_memory() {
  const auto facts = available_memory_bytes();
  const uint64_t needed = buffer_bytes(configuration_, spec_.socket_buffer_bytes.value_or(4 << 20));
  if (facts && static_cast<uint64_t>(*facts) < needed) {
    return failed(fmt::format("the message buffers of this configuration need {} MiB and {} MiB of memory are available: "
                              "choose fewer threads or smaller fields",
                              needed >> 20, static_cast<uint64_t>(*facts) >> 20));
  }
  return {};
}

OrOutcome<void> Execution::start_engine() {
  choice_ = choose_events(perf_, spec_.events, profiled_);
  if (!without_perf_.empty()) choice_.not_counted = without_perf_;
  evidence_.not_counted = choice_.not_counted;
  const auto allowed = allowed_cpus();
  evidence_.cpus = assign_cpus(spec_.server_cpus, spec_.client_cpus, allowed);
  used_cpus_ = used_cpus(evidence_.cpus, configuration_.threads, allowed);
  const auto token = random_bytes();
  if (!token) return failed(token.error().message);
  token_ = *token;

  SubprocessOptions child;
  if (choice_.not_counted.empty()) {
    auto control = PerfControl::create();
    if (!control) return failed(control.error().message);
    control_ = std::move(*control);
    evidence_.counted = true;
    child.argv = control_->argv(perf_.availability().path, choice_.counted, perf_.availability().json);
    child.inherit = control_->inherit();
    child.environment = PerfControl::environment();
  }
  child.argv.push_back(options_.program);
  const auto line = engine_command_line(spec_, configuration_, evidence_.cpus.server);
  child.argv.insert(child.argv.end(), line.begin(), line.end());
  if (const auto fault = options_.faults.find(configuration_.engine); fault != options_.faults.end()) {
    child.argv.insert(child.argv.end(), {"--fault", fault->second});
  }

  auto engine = Worker::spawn("engine", child, control_.has_value());
  if (!engine) return failed(engine.error().message);
  engine_ = std::move(*engine);
  if (control_) control_->spawned();
  workers_.join(*engine_);
  if (auto given = engine_->give_token(token_); !given) return tl::unexpected(workers_.broken(given.error().message));
  reached("start");
  auto ready = workers_.await(*engine_, report::kReady, options_.limits.start);
  if (!ready) return tl::unexpected(ready.error());
  engine_ready_ = std::move(*ready);
  return {};
}

OrOutcome<void> Execution::start_load() {
  SubprocessOptions child;
  child.argv = {options_.program};
  const auto port = engine_ready_["port"].get<int>();
  const auto line = load_command_line(spec_, configuration_, evidence_.cpus.client, port);
  child.argv.insert(child.argv.end(), line.begin(), line.end());
  auto load = Worker::spawn("load", child);
  if (!load) return failed(load.error().message);
  load_ = std::move(*load);
  workers_.join(*load_);
  if (auto given = load_->give_token(token_); !given) return tl::unexpected(workers_.broken(given.error().message));
  reached("verify");
  auto ready = workers_.await(*load_, report::kReady, options_.limits.ready(configuration_));
  if (!ready) return tl::unexpected(ready.error());
  return {};
}

OrOutcome<void> Execution::start_recorder() {
  if (!profiled_) return {};
  const PerfAvailability& perf = perf_.availability();
  if (!perf.usable) {
    return failed("a profile needs perf: " + perf.reason + (perf.remedy.empty() ? "" : ". What helps: " + perf.remedy));
  }
  sampling_ = choose_sampling(perf_, spec_.duration, {engine_->process().pid(), load_->process().pid()});
  auto recorder = Recorder::start(perf.path, sampling_);
  if (recorder) {
    recorder_ = std::move(*recorder);
  } else {
    profile_ = profile_of(sampling_, {}, recorder.error().message);
  }
  return {};
}

void Execution::reached(std::string_view stage) const {
  if (options_.on_stage) {
    options_.on_stage({stage, engine_ ? engine_->process().pid() : -1, load_ ? load_->process().pid() : -1});
  }
}

OrOutcome<Json> Execution::order_and_await(Worker& worker, const char* order, const char* report, Nanoseconds at_most) {
  if (auto given = worker.give_order(order); !given) return tl::unexpected(workers_.broken(given.error().message));
  return workers_.await(worker, report, at_most);
}

OrOutcome<void> Execution::warm_up() {
  if (auto started = order_and_await(*load_, order::kStart, report::kStarted, options_.limits.mark); !started) {
    return tl::unexpected(started.error());
  }
  reached("warm_up");
  return workers_.pass(Monotonic::now() + spec_.warmup);
}

OrOutcome<void> Execution::go_through_window() {
  const WindowParties parties{workers_, *engine_, *load_, control_ ? &*control_ : nullptr, recorder_ ? &*recorder_ : nullptr};
  window_.emplace(parties, options_.limits, activity_, used_cpus_, evidence_);
  if (auto opened = window_->open(); !opened) return opened;
  reached("window");
  if (auto passed = window_->pass(spec_.duration); !passed) return passed;
  return window_->close();
}

OrOutcome<void> Execution::finish_load() {
  reached("drain");
  auto result = order_and_await(*load_, order::kFinish, report::kResult, options_.limits.finish);
  if (!result) return tl::unexpected(result.error());
  measurement_.load_result = std::move(*result);
  reached("end");
  return workers_.await_end(*load_, options_.limits.end);
}

OrOutcome<void> Execution::finish_engine() {
  auto result = order_and_await(*engine_, order::kFinish, report::kResult, options_.limits.finish);
  if (!result) return tl::unexpected(result.error());
  measurement_.engine_result = std::move(*result);
  return workers_.await_end(*engine_, options_.limits.end);
}

void Execution::read_perf() {
  if (control_) {
    if (auto text = control_->output()) {
      perf_raw_ = std::move(*text);
    } else {
      choice_.not_counted = text.error().message;
    }
  }
  measurement_.counters = readings_of(choice_, perf_raw_);
  withhold_uncertain(measurement_.counters, measurement_.counting,
                     Nanoseconds{measurement_.load_result["window_ns"].get<int64_t>()});
}

void Execution::read_profile() {
  if (!recorder_) return;
  std::string problem = window_->recorder_problem();
  Result<std::string> text = "";
  if (problem.empty()) {
    text = recorder_->finish(options_.limits.profile);
    if (!text) problem = text.error().message;
  }
  if (!problem.empty()) {
    profile_ = profile_of(sampling_, {}, problem);
    return;
  }
  const auto folded = fold_perf_script(*text, {engine_->process().pid(), load_->process().pid(), soft_irq_threads()});
  profile_ = profile_of(sampling_, folded);
  if (auto flag = sampling_flag(sampling_, folded, used_in_window(measurement_))) flags_.push_back(std::move(*flag));
}

OrOutcome<RunFigures> Execution::measure() {
  const auto begin = Monotonic::now();
  measurement_.configuration = configuration_;
  OrOutcome<void> done = check_memory();
  if (done) done = start_engine();
  if (done) done = start_load();
  if (done) done = start_recorder();
  evidence_.set_up = Monotonic::now() - begin;
  if (done) done = warm_up();
  if (done) done = go_through_window();
  const auto closed = Monotonic::now();
  if (done) done = finish_load();
  if (done) done = finish_engine();
  if (done) read_perf();
  if (done) read_profile();
  evidence_.tear_down = Monotonic::now() - closed;
  if (!done) return tl::unexpected(done.error());
  auto figures = figures_of(measurement_);
  if (!figures) return failed(figures.error().message);
  return *figures;
}

void Execution::judge(const RunFigures& figures) {
  Noise noise = detect_noise(window_->noise());
  evidence_.noise = std::move(noise.evidence);
  flags_.insert(flags_.end(), noise.flags.begin(), noise.flags.end());
  if (profiled_) {
    evidence_.steadiness.reason = "a profile's throughput counts in no figure";
    return;
  }
  const Json& load = measurement_.load_result;
  const auto counts = load["samples_bytes"].get<std::vector<uint64_t>>();
  evidence_.steadiness = detect_unsteadiness(amounts(counts), load["sample_every_ms"].get<int64_t>());
  flags_.insert(flags_.begin(), evidence_.steadiness.flags.begin(), evidence_.steadiness.flags.end());
  for (auto& flag :
       {rate_flag(spec_.messages_per_s, figures), edges_flag(measurement_), rejected_clients_flag(measurement_)}) {
    if (flag) flags_.push_back(*flag);
  }
}

// perf's counts are evidence beside the figures. If perf itself dies, does not start or does not respond, the engine that
// runs under it fails too, although the run may succeed without perf.
std::optional<std::string> Execution::trouble_with_perf() {
  if (!control_ || !engine_ || engine_->stopped()) return std::nullopt;
  const auto ended = engine_->process().wait(Nanoseconds{0});
  if (ended && !ended->exited) return fmt::format("perf was {}", ended->describe());
  // An engine that fails reports it itself. If a signal kills the engine, perf exits with success.
  if (ended && !ended->success() && !engine_->reported_error()) {
    const std::string words = engine_->last_words();
    return fmt::format("perf {}: {}{}", engine_ready_.is_null() ? "did not start" : "failed", ended->describe(),
                       words.empty() ? "" : ", " + words);
  }
  if (!ended && window_ && window_->perf_failed()) return "perf did not answer";
  return std::nullopt;
}

RunResult Execution::execute() {
  auto figures = measure();
  RunResult result;
  if (figures) {
    result.outcome = Completed{*figures};
    judge(*figures);
  } else {
    result.outcome = figures.error();
    perf_trouble_ = trouble_with_perf();
  }
  // The children are killed before the evidence is gathered, so that a hanging child does not outlive its run by that time.
  recorder_.reset();
  load_.reset();
  engine_.reset();
  evidence_.perf_version = perf_.availability().version;
  evidence_.seccomp_filters = seccomp_filter_count();
  result.evidence = to_json(evidence_);
  result.flags = std::move(flags_);
  result.perf_raw = std::move(perf_raw_);
  result.profile = std::move(profile_);
  return result;
}

}  // namespace

RunResult Executor::execute(const ExperimentSpec& spec, const PlannedRun& run) {
  std::string trouble;
  {
    Execution execution(options_, perf_, interruption_, activity_, spec, run, {});
    RunResult result = execution.execute();
    const bool of_perf = std::holds_alternative<Failed>(result.outcome) || std::holds_alternative<TimedOut>(result.outcome);
    if (!of_perf || !execution.perf_trouble()) return result;
    trouble = *execution.perf_trouble();
  }
  return Execution(options_, perf_, interruption_, activity_, spec, run, trouble + "; the run was measured again without it").execute();
}

}  // namespace copybench
