// The figures of one run. figure_columns() is the one list of them: JSON, CSV, the database and the documentation all
// follow its names and its order. A figure that could not be measured is empty, never 0 and never nan.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

namespace copybench {

struct RunFigures {
  std::optional<double> window_s;         // between the client's marks: the interval in which bytes and messages were counted
  std::optional<double> throughput_gbps;  // 10^9 bits of payload received per second
  std::optional<double> latency_us;       // mean; one-way for stream, round trip for request_response
  std::optional<double> latency_p50_us;
  std::optional<double> latency_p90_us;
  std::optional<double> latency_p99_us;
  std::optional<double> latency_p999_us;
  std::optional<double> latency_max_us;
  std::optional<int64_t> bytes;     // payload received in the window
  std::optional<int64_t> messages;  // whole messages received in the window
  std::optional<int64_t> cpu_cycles;
  std::optional<int64_t> instructions;
  std::optional<int64_t> cache_misses;
  std::optional<int64_t> l1_dcache_load_misses;
  std::optional<int64_t> llc_load_misses;
  std::optional<int64_t> context_switches;
  std::optional<int64_t> page_faults;
  std::optional<int64_t> task_clock_ns;
  std::optional<double> cycles_per_byte;         // cpu_cycles of the server process / bytes
  std::optional<double> cpu_ns_per_byte;         // CPU time of the server process / bytes
  std::optional<double> system_cpu_ns_per_byte;  // busy time of all CPUs of the machine / bytes
  std::optional<int64_t> retransmits;            // segments, all connections, within the window
  std::optional<int64_t> zerocopy_sends;         // these four: whole life of the run's connections; zero_copy only
  std::optional<int64_t> zerocopy_completions;
  std::optional<int64_t> zerocopy_copied;
  std::optional<int64_t> zerocopy_enobufs;

  bool operator==(const RunFigures&) const = default;
};

// Which of two values of a figure is the better one; neither for counts that only describe a run.
enum class Better : uint8_t { neither, higher, lower };

struct FigureColumn {
  std::string_view name;
  std::variant<std::optional<double> RunFigures::*, std::optional<int64_t> RunFigures::*> member;
  std::string_view meaning;  // one line, with the unit
  Better better = Better::neither;
};

std::span<const FigureColumn> figure_columns();
const FigureColumn* find_figure(std::string_view name);  // null: no figure has that name
std::span<const FigureColumn* const> compared_figures();  // figures that have a better direction
std::optional<double> value_of(const RunFigures& figures, const FigureColumn& column);

// The columns before the figures in CSV and JSON: experiment_id, run_id, engine, field_bytes, message_bytes,
// threads, repetition, state.
std::span<const std::string_view> identity_columns();

}  // namespace copybench
