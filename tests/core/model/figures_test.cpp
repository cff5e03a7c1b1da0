#include "core/model/figures.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace copybench;

TEST_CASE("a run's columns are in their published order") {
  std::vector<std::string> columns(identity_columns().begin(), identity_columns().end());
  for (const FigureColumn& column : figure_columns()) columns.emplace_back(column.name);
  CHECK(columns == std::vector<std::string>{"experiment_id",
                                            "run_id",
                                            "engine",
                                            "field_bytes",
                                            "message_bytes",
                                            "threads",
                                            "repetition",
                                            "state",
                                            "window_s",
                                            "throughput_gbps",
                                            "latency_us",
                                            "latency_p50_us",
                                            "latency_p90_us",
                                            "latency_p99_us",
                                            "latency_p999_us",
                                            "latency_max_us",
                                            "bytes",
                                            "messages",
                                            "cpu_cycles",
                                            "instructions",
                                            "cache_misses",
                                            "l1_dcache_load_misses",
                                            "llc_load_misses",
                                            "context_switches",
                                            "page_faults",
                                            "task_clock_ns",
                                            "cycles_per_byte",
                                            "cpu_ns_per_byte",
                                            "system_cpu_ns_per_byte",
                                            "retransmits",
                                            "zerocopy_sends",
                                            "zerocopy_completions",
                                            "zerocopy_copied",
                                            "zerocopy_enobufs"});
}

TEST_CASE("each column reaches its own figure, and none is left out") {
  RunFigures figures;
  int64_t next = 1;
  for (const FigureColumn& column : figure_columns()) {
    std::visit(
        [&](auto member) {
          CHECK_FALSE(figures.*member);
          figures.*member = next++;
        },
        column.member);
    CHECK_FALSE(column.meaning.empty());
    CHECK(column.meaning.find('\n') == std::string_view::npos);
  }
  CHECK(figure_columns().size() * sizeof(std::optional<int64_t>) == sizeof(RunFigures));
}

TEST_CASE("figures with a better direction can be compared, and no others") {
  CHECK(find_figure("throughput_gbps")->better == Better::higher);
  CHECK(find_figure("cpu_ns_per_byte")->better == Better::lower);
  CHECK(find_figure("cpu_cycles")->better == Better::neither);
  CHECK(find_figure("colour") == nullptr);
  CHECK(compared_figures().size() == 10);
  for (const FigureColumn* column : compared_figures()) CHECK(column->better != Better::neither);
  RunFigures figures;
  CHECK_FALSE(value_of(figures, *find_figure("bytes")));
  figures.bytes = 7;
  CHECK(value_of(figures, *find_figure("bytes")) == 7.0);
}
