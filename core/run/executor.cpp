#include "core/run/executor.h"

#include <fmt/format.h>
#include <unistd.h>

#include <optional>
#include <random>

#include "core/host/cpu_set.h"
#include "core/host/memory.h"
#include "core/host/proc_stat.h"
#include "core/host/process_usage.h"
#include "core/host/suspension.h"
#include "core/host/system_facts.h"
#include "core/model/steadiness.h"
#include "core/perf/perf_record.h"
#include "core/perf/perf_script.h"
#include "core/perf/perf_stat.h"
#include "core/run/cpu_assignment.h"
#include "core/run/crew.h"
#include "core/run/measurement.h"
#include "core/run/noise.h"
#include "core/run/profiling.h"
#include "core/wire/orders.h"

namespace copybench {
namespace {

// One run under way. Its stages are its member functions, in the order in which execute() calls them.
class Execution {
 public:
  Execution(const ExecutorOptions& options, PerfProbe& perf, Interruption& interruption, const ActivityCounter& activity,
            const ExperimentSpec& spec, const PlannedRun& run)
      : options_(options),
        perf_(perf),
        quiet_(perf),
        activity_(activity),
        spec_(spec),
        configuration_(run.configuration),
        profiled_(run.kind == RunKind::profile),
        crew_(interruption) {}

  RunResult execute();

 private:
  OrOutcome<RunFigures> measure();
  OrOutcome<void> check_memory();
  OrOutcome<void> start_engine();
  OrOutcome<void> start_load();
  OrOutcome<void> start_recorder();
  OrOutcome<void> warm_up();
  OrOutcome<void> open_window();
  OrOutcome<void> sleep_through_window();
  OrOutcome<void> close_window();
  OrOutcome<void> understand_machine(const std::string& machine_after);
  OrOutcome<void> finish_load();
  OrOutcome<void> finish_engine();
  OrOutcome<void> read_perf();
  OrOutcome<void> read_profile();

  OrOutcome<void> mark(const char* order, const char* report, Json& engine_mark, Json& load_mark);
  void reached(std::string_view stage) const;
  OrOutcome<Json> order_and_await(Worker& worker, const char* order, const char* report, Nanoseconds at_most);
  void choose_events();
  std::vector<std::string> worker_arguments(const std::vector<int>& cpus) const;
  tl::unexpected<RunOutcome> failed(const std::string& what) const { return tl::unexpected(crew_.failed(what)); }
  tl::unexpected<RunOutcome> perf_failed(const PerfControlError& error) {
    return tl::unexpected(error.late ? crew_.late(error.message) : crew_.broken(error.message));
  }
  void judge(const RunFigures& figures);
  Json evidence() const;

  const ExecutorOptions& options_;
  PerfProbe& perf_;
  const PerfProbe::Quiet quiet_;
  const ActivityCounter& activity_;
  const ExperimentSpec& spec_;
  const Configuration configuration_;
  const bool profiled_;  // under perf record, in the place of perf stat

  std::vector<EventSupport> events_;          // all that were asked for
  std::vector<std::string> counted_;          // those that perf starts with
  std::string no_perf_;                       // why nothing is counted; empty where perf counts
  std::optional<PerfControl> control_;
  Sampling sampling_;
  std::optional<Recorder> recorder_;
  std::optional<RunProfile> profile_;
  std::optional<Worker> engine_;
  std::optional<Worker> load_;
  Crew crew_;  // after the workers: it points at them
  CpuAssignment cpus_;
  std::string token_;

  Measurement measurement_;
  Steadiness steadiness_{false, "the window did not end", {}};
  std::vector<RunFlag> flags_;
  Json load_opened_, load_closed_;
  Json engine_ready_;
  std::string perf_raw_;
  std::string machine_before_;  // /proc/stat
  ClockGap clocks_before_;
  NoiseWindow noise_;
  Json noise_evidence_;
  uint64_t requests_before_ = 0;
  uint64_t requests_in_window_ = 0;
  ProcessUsage daemon_in_window_;
  Nanoseconds set_up_{}, tear_down_{};
  Monotonic::time_point machine_since_;
  std::pair<Monotonic::time_point, Monotonic::time_point> counting_since_;  // none of the counters yet; all of them
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

void Execution::choose_events() {
  const PerfAvailability& perf = perf_.availability();
  if (!perf.usable) {
    no_perf_ = perf.reason;
    return;
  }
  if (profiled_) {
    no_perf_ = "this run is a profile: perf record stands in the place of perf stat";
    return;
  }
  events_ = perf_.support(spec_.events);
  for (const EventSupport& event : events_) {
    if (event.accepted) counted_.push_back(event.event);
  }
  if (counted_.empty()) no_perf_ = spec_.events.empty() ? "no events were asked for" : "perf accepts none of the events";
}

std::vector<std::string> Execution::worker_arguments(const std::vector<int>& cpus) const {
  std::vector<std::string> arguments{"--field-bytes", std::to_string(configuration_.field_bytes),
                                     "--threads",     std::to_string(configuration_.threads),
                                     "--token",       token_,
                                     "--orders",      spec_.tcp_nodelay ? "--tcp-nodelay" : "--no-tcp-nodelay"};
  if (spec_.socket_buffer_bytes) {
    arguments.insert(arguments.end(), {"--socket-buffer-bytes", std::to_string(*spec_.socket_buffer_bytes)});
  }
  if (!cpus.empty()) arguments.insert(arguments.end(), {"--cpus", format_cpu_list(cpus)});
  return arguments;
}

OrOutcome<void> Execution::start_engine() {
  choose_events();
  const auto allowed = allowed_cpus();
  cpus_ = assign_cpus(spec_.server_cpus, spec_.client_cpus, allowed);
  noise_.cpus = used_cpus(cpus_, configuration_.threads, allowed);
  token_ = fmt::format("{:016x}", (uint64_t{std::random_device{}()} << 32) | std::random_device{}());

  SubprocessOptions child;
  if (no_perf_.empty()) {
    auto control = PerfControl::create();
    if (!control) return failed(control.error().message);
    control_ = std::move(*control);
    child.argv = control_->argv(perf_.availability().path, counted_, perf_.availability().json);
    child.inherit = control_->inherit();
    child.environment = PerfControl::environment();
  }
  child.argv.insert(child.argv.end(), {options_.program, "engine", std::string(name_of(configuration_.engine)), "--port", "0"});
  const auto arguments = worker_arguments(cpus_.server);
  child.argv.insert(child.argv.end(), arguments.begin(), arguments.end());
  if (const auto fault = options_.faults.find(configuration_.engine); fault != options_.faults.end()) {
    child.argv.insert(child.argv.end(), {"--fault", fault->second});
  }

  auto engine = Worker::spawn("engine", child, control_.has_value());
  if (!engine) return failed(engine.error().message);
  engine_ = std::move(*engine);
  if (control_) control_->spawned();
  crew_.join(*engine_);
  reached("start");
  auto ready = crew_.await(*engine_, report::kReady, options_.limits.start);
  if (!ready) return tl::unexpected(ready.error());
  engine_ready_ = std::move(*ready);
  return {};
}

OrOutcome<void> Execution::start_load() {
  SubprocessOptions child;
  child.argv = {options_.program,
                "load",
                "--host",
                "127.0.0.1",
                "--port",
                std::to_string(engine_ready_["port"].get<int>()),
                "--pattern",
                std::string(name_of(spec_.pattern)),
                "--receive",
                std::string(name_of(spec_.receive))};
  if (spec_.messages_per_s) child.argv.insert(child.argv.end(), {"--rate", fmt::format("{}", *spec_.messages_per_s)});
  const auto arguments = worker_arguments(cpus_.client);
  child.argv.insert(child.argv.end(), arguments.begin(), arguments.end());
  auto load = Worker::spawn("load", child);
  if (!load) return failed(load.error().message);
  load_ = std::move(*load);
  crew_.join(*load_);
  reached("verify");
  auto ready = crew_.await(*load_, report::kReady, options_.limits.ready(configuration_));
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
  if (!recorder) return failed(recorder.error().message);
  recorder_ = std::move(*recorder);
  return {};
}

void Execution::reached(std::string_view stage) const {
  if (options_.on_stage) {
    options_.on_stage({stage, engine_ ? engine_->process().pid() : -1, load_ ? load_->process().pid() : -1});
  }
}

OrOutcome<Json> Execution::order_and_await(Worker& worker, const char* order, const char* report, Nanoseconds at_most) {
  if (auto given = worker.give_order(order); !given) return tl::unexpected(crew_.broken(given.error().message));
  return crew_.await(worker, report, at_most);
}

OrOutcome<void> Execution::warm_up() {
  if (auto started = order_and_await(*load_, order::kStart, report::kStarted, options_.limits.mark); !started) {
    return tl::unexpected(started.error());
  }
  reached("warm_up");
  return crew_.pass(Monotonic::now() + spec_.warmup);
}

OrOutcome<void> Execution::open_window() {
  noise_.before = read_noise_edge(noise_.cpus);
  requests_before_ = activity_.load();
  clocks_before_ = clock_gap();
  const auto begin = Monotonic::now();
  if (control_) {
    if (auto enabled = control_->enable(options_.limits.perf); !enabled) return perf_failed(enabled.error());
  }
  if (recorder_) {
    if (auto enabled = recorder_->enable(options_.limits.perf); !enabled) return perf_failed(enabled.error());
  }
  counting_since_ = {begin, Monotonic::now()};
  auto machine = read_proc_stat();
  if (!machine) return failed(machine.error().message);
  machine_before_ = std::move(*machine);
  machine_since_ = Monotonic::now();
  return mark(order::kOpen, report::kOpened, measurement_.engine_opened, load_opened_);
}

// Both children are told before either is awaited, so that their marks lie as close as the machine allows.
OrOutcome<void> Execution::mark(const char* order, const char* report, Json& engine_mark, Json& load_mark) {
  for (Worker* worker : {&*engine_, &*load_}) {
    if (auto given = worker->give_order(order); !given) return tl::unexpected(crew_.broken(given.error().message));
  }
  auto engine = crew_.await(*engine_, report, options_.limits.mark);
  if (!engine) return tl::unexpected(engine.error());
  engine_mark = std::move(*engine);
  auto load = crew_.await(*load_, report, options_.limits.mark);
  if (!load) return tl::unexpected(load.error());
  load_mark = std::move(*load);
  return {};
}

OrOutcome<void> Execution::sleep_through_window() {
  reached("window");
  const ProcessUsage before = process_usage();
  auto passed = crew_.pass(Monotonic::now() + spec_.duration);
  daemon_in_window_ = process_usage() - before;
  return passed;
}

OrOutcome<void> Execution::close_window() {
  if (auto marked = mark(order::kClose, report::kClosed, measurement_.engine_closed, load_closed_); !marked) return marked;
  if (const auto slept = suspended_between(clocks_before_, clock_gap()); slept > Nanoseconds{0}) {
    return tl::unexpected(
        RunOutcome{Interrupted{fmt::format("the machine was suspended for {:.3f} s within the window", to_seconds(slept))}});
  }
  const auto machine = read_proc_stat();
  if (!machine) return failed(machine.error().message);
  measurement_.machine_window = Monotonic::now() - machine_since_;
  const auto end = Monotonic::now();
  if (control_) {
    if (auto disabled = control_->disable(options_.limits.perf); !disabled) return perf_failed(disabled.error());
  }
  if (recorder_) {
    if (auto disabled = recorder_->disable(options_.limits.perf); !disabled) return perf_failed(disabled.error());
  }
  measurement_.counting = {end - counting_since_.second, Monotonic::now() - counting_since_.first};
  requests_in_window_ = activity_.load() - requests_before_;
  noise_.after = read_noise_edge(noise_.cpus);
  return understand_machine(*machine);
}

OrOutcome<void> Execution::understand_machine(const std::string& machine_after) {
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
  const auto used = [](const Json& opened, const Json& closed) {
    return closed["cpu_ns"].get<int64_t>() - opened["cpu_ns"].get<int64_t>();
  };
  noise_.own_cpu_ns = used(measurement_.engine_opened, measurement_.engine_closed) + used(load_opened_, load_closed_);
  noise_.own = {engine_->process().pid(), load_->process().pid(), ::getpid()};
  if (recorder_) noise_.own.push_back(recorder_->pid());
  return {};
}

OrOutcome<void> Execution::finish_load() {
  reached("drain");
  auto result = order_and_await(*load_, order::kFinish, report::kResult, options_.limits.finish);
  if (!result) return tl::unexpected(result.error());
  measurement_.load_result = std::move(*result);
  reached("end");
  return crew_.await_end(*load_, options_.limits.end);
}

OrOutcome<void> Execution::finish_engine() {
  auto result = order_and_await(*engine_, order::kFinish, report::kResult, options_.limits.finish);
  if (!result) return tl::unexpected(result.error());
  measurement_.engine_result = std::move(*result);
  return crew_.await_end(*engine_, options_.limits.end);
}

OrOutcome<void> Execution::read_perf() {
  if (!control_) {
    for (const auto& event : spec_.events) measurement_.counters.push_back({event, std::nullopt, "", no_perf_, 0});
    return {};
  }
  auto text = control_->output();
  if (!text) return failed(text.error().message);
  perf_raw_ = std::move(*text);
  const auto rows = parse_perf_output(perf_raw_);
  if (!rows) return failed(rows.error().message);
  const auto readings = combine_rows(*rows, counted_, PerfScope::task);
  auto reading = readings.begin();
  for (const EventSupport& event : events_) {
    measurement_.counters.push_back(event.accepted ? *reading++
                                                   : CounterReading{event.event, std::nullopt, "", event.reason, 0});
  }
  withhold_uncertain(measurement_.counters, measurement_.counting,
                     Nanoseconds{measurement_.load_result["window_ns"].get<int64_t>()});
  return {};
}

OrOutcome<void> Execution::read_profile() {
  if (!recorder_) return {};
  const auto text = recorder_->finish(options_.limits.profile);
  if (!text) return failed(text.error().message);
  const auto folded = fold_perf_script(*text, {engine_->process().pid(), load_->process().pid()});
  if (!folded) return failed(folded.error().message);
  profile_ = profile_of(sampling_, *folded);
  return {};
}

OrOutcome<RunFigures> Execution::measure() {
  const auto begin = Monotonic::now();
  measurement_.configuration = configuration_;
  OrOutcome<void> done = check_memory();
  if (done) done = start_engine();
  if (done) done = start_load();
  if (done) done = start_recorder();
  set_up_ = Monotonic::now() - begin;
  if (done) done = warm_up();
  if (done) done = open_window();
  if (done) done = sleep_through_window();
  if (done) done = close_window();
  const auto closed = Monotonic::now();
  if (done) done = finish_load();
  if (done) done = finish_engine();
  if (done) done = read_perf();
  if (done) done = read_profile();
  tear_down_ = Monotonic::now() - closed;
  if (!done) return tl::unexpected(done.error());
  auto figures = figures_of(measurement_);
  if (!figures) return failed(figures.error().message);
  return *figures;
}

void Execution::judge(const RunFigures& figures) {
  Noise noise = judge_noise(noise_);
  noise_evidence_ = std::move(noise.evidence);
  flags_ = std::move(noise.flags);
  if (profiled_) {
    steadiness_.reason = "a profile's throughput counts in no figure";
    return;
  }
  const Json& load = measurement_.load_result;
  const auto counts = load["samples_bytes"].get<std::vector<uint64_t>>();
  steadiness_ = judge_steadiness(amounts(counts), load["sample_every_ms"].get<int64_t>());
  flags_.insert(flags_.begin(), steadiness_.flags.begin(), steadiness_.flags.end());
  if (auto flag = rate_flag(spec_.messages_per_s, figures)) flags_.push_back(std::move(*flag));
}

Json Execution::evidence() const {
  const PerfAvailability& perf = perf_.availability();
  const Json& engine = measurement_.engine_result;
  const Json& load = measurement_.load_result;
  const auto part = [](const Json& json, const char* key) { return json.is_object() && json.contains(key) ? json[key] : Json(); };
  const auto between = [](const Json& opened, const Json& closed, const char* key) {
    if (!opened.is_object() || !closed.is_object()) return Json();
    return Json(closed[key].get<int64_t>() - opened[key].get<int64_t>());
  };
  const auto span = [&](const char* key) { return between(measurement_.engine_opened, measurement_.engine_closed, key); };
  Json latency = part(load, "latency");
  return {
      {"windows_ns",
       {{"client", between(load_opened_, load_closed_, "monotonic_ns")},
        {"server", span("monotonic_ns")},
        {"machine", measurement_.machine_window.count()},
        {"perf_shortest", control_ ? Json(measurement_.counting.shortest.count()) : Json()},
        {"perf_longest", control_ ? Json(measurement_.counting.longest.count()) : Json()}}},
      {"counters", to_json(measurement_.counters)},
      {"perf", {{"used", control_.has_value()}, {"version", perf.version.empty() ? Json() : Json(perf.version)}, {"reason", control_ ? Json() : Json(no_perf_)}}},
      {"server", {{"cpus", format_cpu_list(cpus_.server)}, {"cpu_ns", span("cpu_ns")}, {"rusage_cpu_ns", span("rusage_cpu_ns")},
                  {"bytes", span("bytes")}, {"messages", span("messages")}, {"connections", part(engine, "connections")}}},
      {"client", {{"cpus", format_cpu_list(cpus_.client)}, {"connections", part(load, "connections")}}},
      {"machine_cpu", to_json(measurement_.machine_cpu)},
      {"latency_histogram", part(latency, "histogram")},
      {"samples", {{"every_ms", part(load, "sample_every_ms")}, {"bytes", part(load, "samples_bytes")}}},
      {"steadiness", to_json(steadiness_)},
      {"noise", noise_evidence_},
      {"zerocopy", configuration_.engine == EngineMode::zero_copy ? part(engine, "totals") : Json()},
      {"strangers", part(engine, "strangers")},
      {"daemon", to_json(daemon_in_window_)},
      {"requests_in_window", requests_in_window_},
      {"seccomp_filters", seccomp_filter_count()},
      {"set_up_ns", set_up_.count()},
      {"tear_down_ns", tear_down_.count()},
  };
}

RunResult Execution::execute() {
  auto figures = measure();
  RunResult result;
  if (figures) {
    result.outcome = Completed{*figures};
    judge(*figures);
  } else {
    result.outcome = figures.error();
  }
  // Killed before the evidence is gathered, so that a hanging child does not outlive its run by the time this takes.
  recorder_.reset();
  load_.reset();
  engine_.reset();
  result.evidence = evidence();
  result.flags = std::move(flags_);
  result.perf_raw = std::move(perf_raw_);
  result.profile = std::move(profile_);
  return result;
}

}  // namespace

RunResult Executor::execute(const ExperimentSpec& spec, const PlannedRun& run) {
  return Execution(options_, perf_, interruption_, activity_, spec, run).execute();
}

}  // namespace copybench
