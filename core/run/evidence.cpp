#include "core/run/evidence.h"

#include "core/host/cpu_set.h"
#include "core/model/send_paths.h"

namespace copybench {
namespace {

Json part_of(const Json& report, const char* key) {
  return report.is_object() && report.contains(key) ? report[key] : Json();
}

Json difference(const Json& opened, const Json& closed, const char* key) {
  if (!opened.is_object() || !closed.is_object()) return Json();
  return Json(closed[key].get<int64_t>() - opened[key].get<int64_t>());
}

}  // namespace

Json to_json(const RunEvidence& evidence) {
  const Measurement& measurement = evidence.measurement;
  const Json& engine = measurement.engine_result;
  const Json& load = measurement.load_result;
  const auto server = [&](const char* key) { return difference(measurement.engine_opened, measurement.engine_closed, key); };
  const auto perf_ns = [&](Nanoseconds span) { return evidence.counted ? Json(span.count()) : Json(); };
  return {
      {"windows_ns",
       {{"client", difference(measurement.load_opened, measurement.load_closed, "monotonic_ns")},
        {"server", server("monotonic_ns")},
        {"machine", measurement.machine_window.count()},
        {"perf_shortest", perf_ns(measurement.counting.shortest)},
        {"perf_longest", perf_ns(measurement.counting.longest)}}},
      {"counters", to_json(measurement.counters)},
      {"perf",
       {{"used", evidence.counted},
        {"version", text_or_null(evidence.perf_version)},
        {"reason", evidence.counted ? Json() : Json(evidence.not_counted)}}},
      {"server",
       {{"cpus", format_cpu_list(evidence.cpus.server)},
        {"cpu_ns", server("cpu_ns")},
        {"rusage_cpu_ns", server("rusage_cpu_ns")},
        {"bytes", server("bytes")},
        {"messages", server("messages")},
        {"connections", part_of(engine, "connections")}}},
      {"client", {{"cpus", format_cpu_list(evidence.cpus.client)}, {"connections", part_of(load, "connections")}}},
      {"machine_cpu", to_json(measurement.machine_cpu)},
      {"latency_histogram", part_of(part_of(load, "latency"), "histogram")},
      {"samples", {{"every_ms", part_of(load, "sample_every_ms")}, {"bytes", part_of(load, "samples_bytes")}}},
      {"steadiness", to_json(evidence.steadiness)},
      {"noise", evidence.noise},
      {"zerocopy",
       send_path_row(measurement.configuration.engine).reports_copies ? part_of(engine, "totals") : Json()},
      {"strangers", part_of(engine, "strangers")},
      {"rejected_clients_in_window", part_of(measurement.engine_closed, "rejected_clients")},
      {"daemon", to_json(evidence.daemon)},
      {"requests_in_window", evidence.requests},
      {"seccomp_filters", evidence.seccomp_filters},
      {"set_up_ns", evidence.set_up.count()},
      {"tear_down_ns", evidence.tear_down.count()},
  };
}

}  // namespace copybench
