#include "api/response/metrics.h"

#include <fmt/format.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <utility>

#include "api/http/problem.h"

namespace copybench {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

double seconds_of(UtcTime time) { return static_cast<double>(time.time_since_epoch().count()) / 1000; }

class Families {
 public:
  void begin(std::string name, std::string help, MetricType type = MetricType::Gauge) {
    families_.push_back({std::move(name), std::move(help), type, {}});
  }
  void add(double value, Labels labels = {}) {
    MetricFamily& family = families_.back();
    ClientMetric metric;
    metric.label = std::move(labels);
    (family.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
    family.metric.push_back(std::move(metric));
  }
  void add_if(const std::optional<int64_t>& value) {
    if (value) add(static_cast<double>(*value));
  }
  std::string text() {
    std::erase_if(families_, [](const MetricFamily& family) { return family.metric.empty(); });
    return prometheus::TextSerializer().Serialize(families_);
  }

 private:
  std::vector<MetricFamily> families_;
};

void put_process(Families& out, const MetricsInput& input) {
  out.begin("copybench_build_info", "The version that runs; always 1.");
  out.add(1, {{"version", input.version}});
  out.begin("process_start_time_seconds", "When the daemon started, since 1970.");
  out.add(input.process.started_at_s);
  out.begin("copybench_uptime_seconds", "For how long the daemon has run.");
  out.add(input.process.uptime_s);
  out.begin("process_cpu_seconds_total", "CPU time of the daemon itself, without the children of runs.", MetricType::Counter);
  out.add(input.process.cpu_s);
  out.begin("process_resident_memory_bytes", "Resident memory of the daemon.");
  out.add_if(input.process.resident_bytes);
  out.begin("process_open_fds", "Open file descriptors of the daemon.");
  out.add_if(input.process.open_files);
  out.begin("process_max_fds", "How many it may open.");
  out.add_if(input.process.max_open_files);
}

void put_queue(Families& out, const MetricsInput& input) {
  out.begin("copybench_experiments", "Experiments of this machine by state; imported ones count nowhere.");
  for (const auto& [state, count] : input.counts.experiments) {
    out.add(static_cast<double>(count), {{"state", std::string(name_of(state))}});
  }
  const RunCounts& runs = input.counts.runs;
  const int64_t running = input.counts.runs_running;
  const auto queued = std::max<int64_t>(runs.total - runs.done() - running, 0);
  out.begin("copybench_queue_runs", "Runs that are to be measured yet.");
  out.add(static_cast<double>(queued));
  out.begin("copybench_runs", "Runs by state; failed: timed out too; interrupted: attempts, which are measured again.");
  for (const auto& [state, count] : std::initializer_list<std::pair<const char*, int64_t>>{
           {"queued", queued},
           {"running", running},
           {"completed", runs.completed},
           {"failed", runs.failed},
           {"cancelled", runs.cancelled},
           {"interrupted", runs.interrupted}}) {
    out.add(static_cast<double>(count), {{"state", state}});
  }
  out.begin("copybench_paused", "1 while nothing is measured although there is something to measure; /healthz says why.");
  out.add(input.paused ? 1 : 0);
  out.begin("copybench_store_write_failing", "1 for the kind of error that the last write to the store failed with.");
  for (const auto kind : {StoreError::Kind::full, StoreError::Kind::io, StoreError::Kind::corrupt,
                          StoreError::Kind::lost}) {
    out.add(input.write_error == kind ? 1 : 0, {{"kind", std::string(name_of_kind(kind))}});
  }
}

void put_last_runs(Families& out, const MetricsInput& input) {
  const auto each = [&](std::string name, std::string help, const auto& value_of_run) {
    out.begin(std::move(name), std::move(help));
    for (const RunRow& run : input.last_completed) {
      const std::optional<double> value = value_of_run(run);
      if (value) out.add(*value, {{"engine", std::string(name_of(run.planned.configuration.engine))}});
    }
  };
  each("copybench_last_run_id", "The last completed run of each engine, to which the copybench_last_run figures belong.",
       [](const RunRow& run) { return std::optional(static_cast<double>(run.id)); });
  each("copybench_last_run_finished_timestamp_seconds", "When it ended, since 1970.", [](const RunRow& run) {
    return run.finished_at ? std::optional(seconds_of(*run.finished_at)) : std::nullopt;
  });
  each("copybench_last_run_field_bytes", "Its field size; a message is 8 fields.",
       [](const RunRow& run) { return std::optional(static_cast<double>(run.planned.configuration.field_bytes)); });
  each("copybench_last_run_threads", "Its threads, of a connection each.",
       [](const RunRow& run) { return std::optional(static_cast<double>(run.planned.configuration.threads)); });
  for (const FigureColumn& column : figure_columns()) {
    each(fmt::format("copybench_last_run_{}", column.name), std::string(column.meaning),
         [&](const RunRow& run) { return value_of(run.figures, column); });
  }
}

void put_http(Families& out, const MetricsInput& input) {
  out.begin("copybench_http_requests_total", "Requests by the status of their answer.", MetricType::Counter);
  for (const auto& [status, count] : input.requests) {
    out.add(static_cast<double>(count), {{"code", std::to_string(status)}});
  }
  out.begin("copybench_event_streams", "Event streams that are open.");
  out.add(static_cast<double>(input.event_streams));
}

std::optional<int64_t> resident_bytes() {
  std::ifstream file("/proc/self/statm");
  int64_t total = 0;
  int64_t resident = 0;
  if (!(file >> total >> resident)) return std::nullopt;
  return resident * ::sysconf(_SC_PAGESIZE);
}

std::optional<int64_t> open_files() {
  std::error_code error;
  int64_t count = -1;  // the directory iterator itself opens one
  for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end; !error && entry != end;
       entry.increment(error)) {
    ++count;
  }
  return error ? std::nullopt : std::optional(count);
}

}  // namespace

ProcessFacts process_facts(const ProcessStart& start) {
  ProcessFacts facts;
  facts.started_at_s = seconds_of(start.utc);
  facts.uptime_s = to_seconds(Monotonic::now() - start.monotonic);
  facts.cpu_s = static_cast<double>(process_cpu_ns()) / 1e9;
  facts.resident_bytes = resident_bytes();
  facts.open_files = open_files();
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) facts.max_open_files = static_cast<int64_t>(files.rlim_cur);
  return facts;
}

std::string metrics_text(const MetricsInput& input) {
  Families out;
  put_process(out, input);
  put_queue(out, input);
  put_last_runs(out, input);
  put_http(out, input);
  return out.text();
}

}  // namespace copybench
