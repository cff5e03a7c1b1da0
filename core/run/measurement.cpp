#include "core/run/measurement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/model/events.h"
#include "core/model/send_paths.h"

namespace copybench {
namespace {

std::optional<double> microseconds(const Json& ns) {
  if (ns.is_null()) return std::nullopt;
  return ns.get<double>() / 1e3;
}

int64_t retransmits_of(const Json& mark) {
  int64_t sum = 0;
  for (const Json& connection : mark["connections"]) {
    if (!connection.is_null()) sum += connection["retransmits"].get<int64_t>();
  }
  return sum;
}

Result<void> check_connections(const Measurement& measurement) {
  const Json& connections = measurement.engine_result["connections"];
  if (connections.size() != measurement.configuration.threads) {
    return fail(fmt::format("the engine served {} connections where {} were due", connections.size(),
                            measurement.configuration.threads));
  }
  for (const Json& connection : connections) {
    if (!connection["problem"].is_null()) return fail("a connection: " + connection["problem"].get<std::string>());
  }
  for (const Json* mark : {&measurement.engine_opened, &measurement.engine_closed}) {
    if ((*mark)["connections"].size() != measurement.configuration.threads) {
      return fail("a connection was missing at a mark of the window");
    }
  }
  return {};
}

int64_t between(const Json& opened, const Json& closed, const char* key) {
  return closed[key].get<int64_t>() - opened[key].get<int64_t>();
}

}  // namespace

Result<RunFigures> figures_of(const Measurement& measurement) {
  if (auto checked = check_connections(measurement); !checked) return tl::unexpected(checked.error());
  const Json& load = measurement.load_result;
  RunFigures figures;
  const auto window_ns = load["window_ns"].get<int64_t>();
  const auto bytes = load["bytes"].get<int64_t>();
  if (window_ns <= 0) return fail("the window has no length: its marks are not in order");
  if (bytes <= 0) return fail("nothing arrived within the window");
  const auto bytes_d = static_cast<double>(bytes);
  figures.window_s = static_cast<double>(window_ns) / 1e9;
  figures.bytes = bytes;
  figures.messages = load["messages"].get<int64_t>();
  figures.throughput_gbps = 8 * bytes_d / static_cast<double>(window_ns);  // bits per nanosecond

  const Json& latency = load["latency"];
  figures.latency_us = microseconds(latency["mean_ns"]);
  figures.latency_p50_us = microseconds(latency["p50_ns"]);
  figures.latency_p90_us = microseconds(latency["p90_ns"]);
  figures.latency_p99_us = microseconds(latency["p99_ns"]);
  figures.latency_p999_us = microseconds(latency["p999_ns"]);
  figures.latency_max_us = microseconds(latency["max_ns"]);

  for (const CounterReading& reading : measurement.counters) {
    for (const CounterColumn& known : counter_columns()) {
      if (known.counts(reading.event) && reading.value) figures.*known.member = std::llround(*reading.value);
    }
  }
  const double bytes_per_ns = bytes_d / static_cast<double>(window_ns);
  const auto per_byte = [&](auto amount, Nanoseconds window) -> std::optional<double> {
    if (window <= Nanoseconds{0}) return std::nullopt;
    return static_cast<double>(amount) / static_cast<double>(window.count()) / bytes_per_ns;
  };
  const auto server = [&](const char* key) { return between(measurement.engine_opened, measurement.engine_closed, key); };
  if (figures.cpu_cycles) figures.cycles_per_byte = per_byte(*figures.cpu_cycles, measurement.counting.middle());
  figures.cpu_ns_per_byte = per_byte(server("cpu_ns"), Nanoseconds{server("monotonic_ns")});
  figures.system_cpu_ns_per_byte = per_byte(measurement.machine_cpu.busy_ns(), measurement.machine_window);
  figures.retransmits = retransmits_of(measurement.engine_closed) - retransmits_of(measurement.engine_opened);

  if (send_path_row(measurement.configuration.engine).reports_copies) {
    const Json& totals = measurement.engine_result["totals"];
    figures.zerocopy_sends = totals["zerocopy_sends"].get<int64_t>();
    figures.zerocopy_completions = totals["zerocopy_completions"].get<int64_t>();
    figures.zerocopy_copied = totals["zerocopy_copied"].get<int64_t>();
    figures.zerocopy_enobufs = totals["zerocopy_enobufs"].get<int64_t>();
  }
  return figures;
}

UsedCpu used_in_window(const Measurement& measurement) {
  return {Nanoseconds{between(measurement.engine_opened, measurement.engine_closed, "cpu_ns")},
          Nanoseconds{between(measurement.load_opened, measurement.load_closed, "cpu_ns")}};
}

std::optional<RunFlag> rate_flag(const std::optional<double>& messages_per_s, const RunFigures& figures) {
  constexpr double kTolerance = 0.01;
  if (!messages_per_s || !figures.messages || !figures.window_s) return std::nullopt;
  // One message more or less at an edge does not miss the rate.
  const double missed = std::abs(static_cast<double>(*figures.messages) - *messages_per_s * *figures.window_s) - 1;
  if (missed < kTolerance * *messages_per_s * *figures.window_s) return std::nullopt;
  return RunFlag{FlagKind::rate, fmt::format("{:.6g} messages per second were asked for, and {:.6g} were answered.",
                                             *messages_per_s, static_cast<double>(*figures.messages) / *figures.window_s)};
}

std::optional<RunFlag> edges_flag(const Measurement& measurement) {
  constexpr double kTolerance = 0.05;
  const auto server = [&](const char* key) {
    return static_cast<double>(between(measurement.engine_opened, measurement.engine_closed, key));
  };
  const auto client_bytes = measurement.load_result["bytes"].get<double>();
  const double client_window = measurement.load_result["window_ns"].get<double>();
  const double server_bytes = server("bytes") / server("monotonic_ns") * client_window;
  const double apart = std::abs(server_bytes - client_bytes);
  const auto message_each = static_cast<double>(measurement.configuration.message_bytes() * measurement.configuration.threads);
  if (!(apart > message_each) || apart < kTolerance * std::min(server_bytes, client_bytes)) return std::nullopt;
  return RunFlag{FlagKind::edges,
                 fmt::format("The server sent {:.4g} MB in a window of this length and the client received {:.4g} MB: what lay "
                             "in buffers when it opened and closed is no small part. A longer duration_s helps.",
                             server_bytes / 1e6, client_bytes / 1e6)};
}

std::optional<RunFlag> rejected_clients_flag(const Measurement& measurement) {
  const auto rejected = measurement.engine_closed["rejected_clients"].get<int64_t>();
  if (rejected == 0) return std::nullopt;
  // The count is a lower bound: the kernel holds a few clients for the engine and drops the rest.
  return RunFlag{FlagKind::rejected_clients,
                 fmt::format("Within the window at least {} other client{} came to the engine's port.", rejected,
                             rejected == 1 ? "" : "s")};
}

void withhold_uncertain(std::vector<CounterReading>& counters, const CountingWindow& counting, Nanoseconds client_window) {
  constexpr double kTolerance = 0.05;
  const auto apart = [](Nanoseconds a, Nanoseconds b) {
    return std::abs(to_seconds(a) - to_seconds(b)) > kTolerance * std::min(to_seconds(a), to_seconds(b));
  };
  if (!apart(counting.shortest, counting.longest) && !apart(counting.middle(), client_window)) return;
  for (CounterReading& reading : counters) {
    if (!reading.value) continue;
    reading.value.reset();
    reading.code = kOtherInterval;
    reading.reason = fmt::format(
        "perf counted for {:.3f} to {:.3f} s where the window was {:.3f} s: its switching on and off, thread by thread, took too "
        "long for this window (a longer one helps)",
        to_seconds(counting.shortest), to_seconds(counting.longest), to_seconds(client_window));
  }
}

}  // namespace copybench
