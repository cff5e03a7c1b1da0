#include "core/transfer/run_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "core/analysis/copy_share.h"
#include "core/analysis/stacks.h"
#include "core/model/events.h"
#include "core/model/json_shape.h"
#include "core/model/send_paths.h"
#include "core/model/stored_shapes.h"
#include "core/transfer/evidence_check.h"
#include "core/transfer/row_values.h"

namespace copybench {
namespace {

using std::string_view;
using namespace row;

std::string range_problem(const Configuration& configuration, const Json& row) {
  const double window_s = std::clamp(number(row, "window_s").value_or(0), 0.0, 7200.0);
  for (const FigureColumn& column : figure_columns()) {
    const auto value = number(row, column.name);
    if (!value) continue;
    const double most = figure_most(column, configuration.threads, window_s);
    if (!(*value >= 0 && *value <= most)) {
      return fmt::format("{} is {}; allowed: 0 to {:g}", column.name, member(row, column.name).dump(), most);
    }
    if (row["state"] != name_of(RunState::completed)) {
      return fmt::format("{} is {}; allowed of a run that did not complete: null", column.name, *value);
    }
  }
  if (row["state"] == name_of(RunState::completed) && member(member(row, "evidence"), "windows_ns").is_object()) {
    for (const string_view name : {"window_s", "bytes", "throughput_gbps"}) {
      if (!number(row, name)) return fmt::format("{} is null; allowed of a run that completed: a number", name);
    }
  }
  if (number(row, "cycles_per_byte") && !number(row, "cpu_cycles")) {
    return "cycles_per_byte is a number; allowed where cpu_cycles is null: null";
  }
  return "";
}

std::string throughput_problem(const ExperimentSpec& spec, const Configuration& configuration, const Json& row) {
  const auto window = number(row, "window_s"), gbps = number(row, "throughput_gbps"), bytes = number(row, "bytes");
  const auto messages = number(row, "messages");
  if (window && gbps && bytes && !near(*gbps * *window, 8 * *bytes / 1e9, kRounding)) {
    return says_otherwise("throughput_gbps", *gbps, "bytes and window_s", *window > 0 ? 8 * *bytes / 1e9 / *window : 0);
  }
  // The first and the last message of each connection may lie only partly in the window.
  const auto message = static_cast<double>(configuration.message_bytes());
  if (bytes && messages && std::abs(*bytes - *messages * message) > message * configuration.threads + between_counts(spec, configuration)) {
    return says_otherwise("messages", *messages, "bytes", *bytes / message);
  }
  return "";
}

std::string latency_problem(const Json& row) {
  constexpr std::array<string_view, 5> kAscending{"latency_p50_us", "latency_p90_us", "latency_p99_us", "latency_p999_us",
                                                  "latency_max_us"};
  std::optional<double> before;
  string_view name_before;
  for (const string_view name : kAscending) {
    const auto value = number(row, name);
    if (!value) continue;
    if (before && *value < *before) {
      return fmt::format("{} is {:g}; allowed: at least {}, {:g}", name, *value, name_before, *before);
    }
    before = value;
    name_before = name;
  }
  const auto mean = number(row, "latency_us"), max = number(row, "latency_max_us");
  // They are counted from the same messages.
  for (const string_view name : kAscending) {
    if (mean && !number(row, name)) return fmt::format("{} is null; allowed where latency_us is a number: a number", name);
    if (!mean && number(row, name)) return fmt::format("latency_us is null; allowed where {} is a number: a number", name);
  }
  if (mean && max && *mean > *max * (1 + kRounding)) {
    return fmt::format("latency_us is {:g}; allowed: at most latency_max_us, {:g}", *mean, *max);
  }
  return "";
}

std::string zerocopy_problem(const Configuration& configuration, const Json& row) {
  constexpr std::array<string_view, 4> kZerocopy{"zerocopy_sends", "zerocopy_completions", "zerocopy_copied",
                                                 "zerocopy_enobufs"};
  for (const string_view name : kZerocopy) {
    const auto value = number(row, name);
    if (value && !send_path_row(configuration.engine).reports_copies) {
      return fmt::format("{} is {:g}; allowed of {}: null", name, *value, name_of(configuration.engine));
    }
    const auto total = number(member(member(row, "evidence"), "zerocopy"), name);
    if (value && total && *value != *total) return says_otherwise(name, *value, "evidence/zerocopy", *total);
  }
  for (size_t i = 1; i < 3; ++i) {
    const auto value = number(row, kZerocopy[i]), all = number(row, kZerocopy[i - 1]);
    if (value && all && *value > *all) {
      return fmt::format("{} is {:g}; allowed: at most {}, {:g}", kZerocopy[i], *value, kZerocopy[i - 1], *all);
    }
  }
  return "";
}

std::string counters_problem(const Json& row) {
  const Json& counters = member(row, "counters");
  const Json& evidence = member(member(row, "evidence"), "counters");
  if (counters.is_array() && evidence.is_array() && counters != evidence) {
    return "counters differ from evidence/counters; allowed: the same list";
  }
  const Json& listed = counters.is_array() ? counters : evidence;
  for (const CounterColumn& column : counter_columns()) {
    const auto figure = number(row, column.column);
    if (!figure || !listed.is_array() || listed.empty()) continue;
    // Both names of one event may have been requested.
    const bool counted = std::any_of(listed.begin(), listed.end(), [&](const Json& reading) {
      const Json& event = member(reading, "event");
      const auto value = number(reading, "value");
      return event.is_string() && column.counts(event.get_ref<const std::string&>()) && value &&
             std::abs(*figure - *value) <= 1 + kRounding * *figure;
    });
    if (!counted) return fmt::format("{} is {:g}; allowed: what counters says of {}, or null", column.column, *figure, column.event);
  }
  return "";
}

// The connections' counts are of their whole lives.
std::string retransmits_problem(const Json& row) {
  const auto retransmits = number(row, "retransmits");
  const Json& connections = member(member(member(row, "evidence"), "server"), "connections");
  if (!retransmits || !connections.is_array()) return "";
  double all = 0;
  for (const Json& connection : connections) {
    const auto of_one = number(member(connection, "tcp"), "retransmits");
    if (!of_one) return "";
    all += *of_one;
  }
  if (*retransmits <= all) return "";
  return fmt::format("retransmits is {:g}; allowed: at most what evidence/server/connections gives, {:g}", *retransmits, all);
}

std::string flags_problem(const Json& row) {
  const Json& flags = member(row, "flags");
  for (auto flag = flags.begin(); flags.is_array() && flag != flags.end(); ++flag) {
    if (std::find(flags.begin(), flag, *flag) != flag) return fmt::format("flags has the same {} twice", (*flag)["kind"].dump());
  }
  return "";
}

std::string copy_share_problem(const Json& share, double busy) {
  if (!share.is_object()) return "";
  if (share["busy_samples"] != busy) return says_otherwise("report/copy_share/busy_samples", share["busy_samples"], "stacks", busy);
  for (const string_view kind : names<CopyKind>()) {
    const Json& part = share[std::string(kind)];
    double samples = 0;
    for (const Json& symbol : part["symbols"]) samples += symbol["samples"].get<double>();
    const double expected = busy > 0 ? samples / busy : 0;
    if (part["samples"] != samples || samples > busy || !near(part["share"].get<double>(), expected, kRounding)) {
      return fmt::format("report/copy_share/{} contradicts itself; allowed: the sum of its symbols, and its share of {} samples",
                         kind, busy);
    }
  }
  return "";
}

std::string profile_problem(const Json& row) {
  const Json& report = member(row, "report");
  if (!report.is_object()) return "";
  if (row.value("kind", Json()) != name_of(RunKind::profile)) return "report is there; allowed of a run that is no profile: null";
  const auto stacks = folded_from_text(row["stacks"].get_ref<const std::string&>());
  if (!stacks) return "stacks: " + stacks.error().message;
  const auto busy = static_cast<double>(sample_count(*stacks));
  const Json& samples = report["samples"];
  const double counted = samples["engine"].get<double>() + samples["load"].get<double>() + samples["kernel"].get<double>();
  if (counted != busy) return says_otherwise("report/samples", counted, "stacks", busy);
  return copy_share_problem(report["copy_share"], busy);
}

}  // namespace

double figure_most(const FigureColumn& column, uint32_t threads, double window_s) {
  constexpr double kLongestRunS = 7200;  // the longest window and warm-up, and the limits of all stages
  if (column.name == "window_s") return kLongestRunS;
  if (column.name == "throughput_gbps") return 1e6;
  if (column.name.ends_with("_us")) return kLongestRunS * 1e6;
  if (column.name.ends_with("_per_byte")) return 1e9;
  // The engine serves each connection with a thread and has a few threads besides. perf's window and that of the zero-copy
  // counts are longer than the client's.
  const double thread_s = (threads + 8.0) * (window_s + 180);
  // A connection's counter in the kernel has 32 bits.
  if (column.name == "retransmits") return std::min(1e8 * thread_s, 4'294'967'295.0 * threads);
  // A fault, a switch or a system call takes 10 ns or more.
  const bool is_entry = column.name == "page_faults" || column.name == "context_switches" || column.name.starts_with("zerocopy_");
  if (is_entry) return 1e8 * thread_s;
  if (column.name == "task_clock_ns") return 1e9 * thread_s;
  if (column.name == "cpu_cycles") return 2e10 * thread_s;
  if (column.name == "bytes" || column.name == "messages") return 1e17;  // further limited by throughput_gbps
  return 4e11 * thread_s;  // instructions and misses: 20 in each cycle
}

std::string run_contradiction(const ExperimentSpec& spec, const Configuration& configuration, const Json& row) {
  std::string problem = range_problem(configuration, row);
  if (problem.empty()) problem = throughput_problem(spec, configuration, row);
  if (problem.empty()) problem = latency_problem(row);
  if (problem.empty()) problem = zerocopy_problem(configuration, row);
  if (problem.empty()) problem = counters_problem(row);
  if (problem.empty()) problem = evidence_contradiction(spec, configuration, row);
  if (problem.empty()) problem = retransmits_problem(row);
  if (problem.empty()) problem = flags_problem(row);
  if (problem.empty()) problem = profile_problem(row);
  return problem;
}

}  // namespace copybench
