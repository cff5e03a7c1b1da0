#include "core/model/figures.h"

#include <algorithm>
#include <array>
#include <vector>

namespace copybench {
namespace {

using F = RunFigures;

constexpr std::array kColumns{
    FigureColumn{"window_s", &F::window_s, "length of the measured window in seconds, by the client's marks"},
    FigureColumn{"throughput_gbps", &F::throughput_gbps, "payload received, in 10^9 bits per second", Better::higher},
    FigureColumn{"latency_us", &F::latency_us,
                 "mean latency of a message in microseconds: one-way for stream, round trip for request_response", Better::lower},
    FigureColumn{"latency_p50_us", &F::latency_p50_us, "median latency in microseconds", Better::lower},
    FigureColumn{"latency_p90_us", &F::latency_p90_us, "90th percentile of latency in microseconds", Better::lower},
    FigureColumn{"latency_p99_us", &F::latency_p99_us, "99th percentile of latency in microseconds", Better::lower},
    FigureColumn{"latency_p999_us", &F::latency_p999_us, "99.9th percentile of latency in microseconds", Better::lower},
    FigureColumn{"latency_max_us", &F::latency_max_us, "highest latency in microseconds", Better::lower},
    FigureColumn{"bytes", &F::bytes, "payload bytes received in the window"},
    FigureColumn{"messages", &F::messages, "whole messages received in the window"},
    FigureColumn{"cpu_cycles", &F::cpu_cycles, "CPU cycles of the server process in the window (count)"},
    FigureColumn{"instructions", &F::instructions, "instructions of the server process in the window (count)"},
    FigureColumn{"cache_misses", &F::cache_misses, "cache misses of the server process in the window (count)"},
    FigureColumn{"l1_dcache_load_misses", &F::l1_dcache_load_misses,
                 "L1 data cache load misses of the server process in the window (count)"},
    FigureColumn{"llc_load_misses", &F::llc_load_misses,
                 "last-level cache load misses of the server process in the window (count)"},
    FigureColumn{"context_switches", &F::context_switches,
                 "context switches of the server process in the window (count)"},
    FigureColumn{"page_faults", &F::page_faults, "page faults of the server process in the window (count)"},
    FigureColumn{"task_clock_ns", &F::task_clock_ns,
                 "CPU time of the server process in the window in nanoseconds, by perf"},
    FigureColumn{"cycles_per_byte", &F::cycles_per_byte, "cpu_cycles / bytes (cycles per byte)", Better::lower},
    FigureColumn{"cpu_ns_per_byte", &F::cpu_ns_per_byte,
                 "CPU time of the server process / bytes (nanoseconds per byte)", Better::lower},
    FigureColumn{"system_cpu_ns_per_byte", &F::system_cpu_ns_per_byte,
                 "busy time of all CPUs of the machine / bytes (nanoseconds per byte)", Better::lower},
    FigureColumn{"retransmits", &F::retransmits, "TCP segments sent again in the window, over all connections (count)"},
    FigureColumn{"zerocopy_sends", &F::zerocopy_sends,
                 "successful zero-copy send calls of the whole run (count); zero_copy only"},
    FigureColumn{"zerocopy_completions", &F::zerocopy_completions,
                 "zero-copy sends that the kernel reported complete (count); zero_copy only"},
    FigureColumn{"zerocopy_copied", &F::zerocopy_copied,
                 "completions for which the kernel had copied the data after all (count); zero_copy only"},
    FigureColumn{"zerocopy_enobufs", &F::zerocopy_enobufs,
                 "zero-copy sends refused with ENOBUFS and made again (count); zero_copy only"},
};

constexpr std::array<std::string_view, 8> kIdentity{"experiment_id", "run_id",  "engine",     "field_bytes",
                                                    "message_bytes", "threads", "repetition", "state"};

}  // namespace

std::span<const FigureColumn> figure_columns() { return kColumns; }

const FigureColumn* find_figure(std::string_view name) {
  const auto* found = std::ranges::find(kColumns, name, &FigureColumn::name);
  return found == kColumns.end() ? nullptr : found;
}

std::span<const FigureColumn* const> compared_figures() {
  static const std::vector<const FigureColumn*> compared = [] {
    std::vector<const FigureColumn*> found;
    for (const FigureColumn& column : kColumns) {
      if (column.better != Better::neither) found.push_back(&column);
    }
    return found;
  }();
  return compared;
}

std::optional<double> value_of(const RunFigures& figures, const FigureColumn& column) {
  return std::visit(
      [&](auto member) -> std::optional<double> {
        const auto& figure = figures.*member;
        if (!figure) return std::nullopt;
        return static_cast<double>(*figure);
      },
      column.member);
}

std::span<const std::string_view> identity_columns() { return kIdentity; }

}  // namespace copybench
