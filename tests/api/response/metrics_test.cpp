#include "api/response/metrics.h"

#include <doctest/doctest.h>
#include <unistd.h>

using namespace copybench;

namespace {

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != text.npos;
}

}  // namespace

TEST_CASE("an empty daemon has the metrics that always exist") {
  MetricsInput input;
  input.version = "1.2";
  const std::string text = metrics_text(input);
  CHECK(has_line(text, "copybench_build_info{version=\"1.2\"} 1"));
  CHECK(has_line(text, "# TYPE copybench_build_info gauge"));
  CHECK(has_line(text, "copybench_queue_runs 0"));
  CHECK(text.find("process_resident_memory_bytes") == text.npos);  // not known
  CHECK(text.find("copybench_last_run") == text.npos);
  CHECK(text.find("copybench_http_requests_total") == text.npos);
}

TEST_CASE("queued experiments are those neither done nor running") {
  MetricsInput input;
  RunCounts& runs = input.counts.runs;
  runs.total = 20;
  runs.completed = 5;
  runs.failed = 2;
  runs.cancelled = 1;
  runs.interrupted = 4;
  input.counts.runs_running = 1;
  input.counts.experiments = {{ExperimentState::queued, 3}, {ExperimentState::failed, 0}};
  const std::string text = metrics_text(input);
  CHECK(has_line(text, "copybench_queue_runs 11"));
  for (const char* line : {"{state=\"queued\"} 11", "{state=\"running\"} 1", "{state=\"completed\"} 5", "{state=\"failed\"} 2",
                           "{state=\"cancelled\"} 1", "{state=\"interrupted\"} 4"}) {
    CHECK(has_line(text, std::string("copybench_runs") + line));
  }
  CHECK(has_line(text, "copybench_experiments{state=\"failed\"} 0"));
}

TEST_CASE("the last run of an engine exports the figures that it has") {
  MetricsInput input;
  RunRow run;
  run.id = 7;
  run.planned.configuration = {EngineMode::one_copy, 4096, 2};
  run.finished_at = UtcTime{std::chrono::milliseconds{1'500}};
  run.figures.throughput_gbps = 12.5;
  run.figures.bytes = 3'000'000'000;
  input.last_completed = {run};
  const std::string text = metrics_text(input);
  CHECK(has_line(text, "copybench_last_run_id{engine=\"one_copy\"} 7"));
  CHECK(has_line(text, "copybench_last_run_finished_timestamp_seconds{engine=\"one_copy\"} 1.5"));
  CHECK(has_line(text, "copybench_last_run_field_bytes{engine=\"one_copy\"} 4096"));
  CHECK(has_line(text, "copybench_last_run_throughput_gbps{engine=\"one_copy\"} 12.5"));
  CHECK(has_line(text, "copybench_last_run_bytes{engine=\"one_copy\"} 3000000000"));
  CHECK(text.find("copybench_last_run_cpu_cycles{") == text.npos);
}

TEST_CASE("pauses, write errors and requests are exported") {
  MetricsInput input;
  input.paused = true;
  input.write_error = StoreError::Kind::io;
  input.requests = {{200, 5}, {404, 1}};
  input.event_streams = 2;
  const std::string text = metrics_text(input);
  CHECK(has_line(text, "copybench_paused 1"));
  CHECK(has_line(text, "copybench_store_write_failing{kind=\"io\"} 1"));
  CHECK(has_line(text, "copybench_store_write_failing{kind=\"full\"} 0"));
  CHECK(has_line(text, "# TYPE copybench_http_requests_total counter"));
  CHECK(has_line(text, "copybench_http_requests_total{code=\"200\"} 5"));
  CHECK(has_line(text, "copybench_event_streams 2"));
}

TEST_CASE("this process reports its own memory and CPU time") {
  const ProcessFacts facts = process_facts({UtcTime{std::chrono::seconds{100}}, Monotonic::now() - std::chrono::hours{1}});
  CHECK(facts.started_at_s == 100);
  CHECK(facts.uptime_s >= 3600);
  CHECK(facts.resident_bytes.value() > 1 << 20);
  CHECK(facts.open_files.value() >= 3);
  CHECK(facts.max_open_files.value() >= facts.open_files.value());
  CHECK(facts.cpu_s > 0);
}
