#include "core/model/run_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "core/model/copy_share.h"
#include "core/model/events.h"
#include "core/model/json_shape.h"
#include "core/model/stacks.h"
#include "core/model/stored_shapes.h"

namespace copybench {
namespace {

using std::string_view;

// Of what is computed twice from the same counts.
constexpr double kRounding = 1e-6;

const Json& member(const Json& object, string_view key) {
  static const Json kNone;
  if (!object.is_object()) return kNone;
  const auto found = object.find(std::string(key));
  return found == object.end() ? kNone : *found;
}

std::optional<double> number(const Json& object, string_view key) {
  const Json& value = member(object, key);
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

bool near(double a, double b, double tolerance) { return std::abs(a - b) <= tolerance * std::max(std::abs(a), std::abs(b)); }

std::string says_otherwise(string_view field, double value, string_view by, double other) {
  return fmt::format("{} is {:g}; allowed: what {} gives, {:g}", field, value, by, other);
}

std::string range_problem(const Json& row) {
  for (const FigureColumn& column : figure_columns()) {
    const auto value = number(row, column.name);
    if (!value) continue;
    const double most = figure_most(column);
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

// The client counts what a receive brought in bytes first and, once it has looked at them, in messages: a mark may fall
// between the two. Bytes by which the counts of a window may be apart for that; a receive is of 256 KiB or one message at most.
double between_counts(const Configuration& configuration) {
  const double receive = std::max(256.0 * 1024, static_cast<double>(configuration.message_bytes()));
  return 2 * receive * configuration.threads;
}

std::string throughput_problem(const Configuration& configuration, const Json& row) {
  const auto window = number(row, "window_s"), gbps = number(row, "throughput_gbps"), bytes = number(row, "bytes");
  const auto messages = number(row, "messages");
  if (window && gbps && bytes && !near(*gbps * *window, 8 * *bytes / 1e9, kRounding)) {
    return says_otherwise("throughput_gbps", *gbps, "bytes and window_s", *window > 0 ? 8 * *bytes / 1e9 / *window : 0);
  }
  // The first and the last message of each connection may lie in the window by a part.
  const auto message = static_cast<double>(configuration.message_bytes());
  if (bytes && messages && std::abs(*bytes - *messages * message) > message * configuration.threads + between_counts(configuration)) {
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
    if (value && configuration.engine != EngineMode::zero_copy) {
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
    // Two names of one event may both have been asked for.
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

// A rate over a window of its own, by the rate of the bytes.
std::string per_byte_problem(const Json& row, string_view figure, std::optional<double> amount, std::optional<double> window_ns) {
  const auto value = number(row, figure), bytes = number(row, "bytes"), window_s = number(row, "window_s");
  if (!value || !amount || !window_ns || !bytes || !window_s || *window_ns <= 0 || *bytes <= 0) return "";
  const double expected = *amount / *window_ns / (*bytes / (*window_s * 1e9));
  return near(*value, expected, kRounding) ? "" : says_otherwise(figure, *value, "the evidence", expected);
}

std::string windows_problem(const Json& row) {
  const Json& evidence = member(row, "evidence");
  const Json& windows = member(evidence, "windows_ns");
  const auto client = number(windows, "client"), window_s = number(row, "window_s");
  if (client && window_s && std::abs(*client - *window_s * 1e9) > 1 + kRounding * *client) {
    return says_otherwise("window_s", *window_s, "evidence/windows_ns/client", *client / 1e9);
  }
  const auto shortest = number(windows, "perf_shortest"), longest = number(windows, "perf_longest");
  std::optional<double> perf;
  if (shortest && longest) perf = std::floor((*shortest + *longest) / 2);
  const Json& server = member(evidence, "server");
  std::string problem = per_byte_problem(row, "cpu_ns_per_byte", number(server, "cpu_ns"), number(windows, "server"));
  if (problem.empty()) {
    problem = per_byte_problem(row, "system_cpu_ns_per_byte", number(member(evidence, "machine_cpu"), "busy_ns"),
                               number(windows, "machine"));
  }
  if (problem.empty()) problem = per_byte_problem(row, "cycles_per_byte", number(row, "cpu_cycles"), perf);
  return problem;
}

// The value of that rank, from 1, in us.
double value_at(const Json& histogram, double rank) {
  double counted = 0;
  for (const Json& bucket : histogram) {
    counted += bucket[1].get<double>();
    if (counted >= rank) return bucket[0].get<double>() / 1e3;
  }
  return histogram.empty() ? 0 : histogram.back()[0].get<double>() / 1e3;
}

std::string percentiles_problem(const Json& row, const Json& histogram, double total) {
  constexpr double kBucket = 0.02;  // more than the width of a bucket
  constexpr std::array<std::pair<string_view, double>, 4> kPercentiles{
      {{"latency_p50_us", 0.5}, {"latency_p90_us", 0.9}, {"latency_p99_us", 0.99}, {"latency_p999_us", 0.999}}};
  if (total < 1) return "";
  for (const auto& [name, share] : kPercentiles) {
    const auto value = number(row, name);
    const double rank = std::ceil(share * total);
    // A rank is rounded one way or the other.
    const double low = value_at(histogram, std::max(1.0, rank - 1)), high = value_at(histogram, std::min(total, rank + 1));
    if (value && (*value < low * (1 - kBucket) || *value > high * (1 + kBucket))) {
      return says_otherwise(name, *value, "evidence/latency_histogram", value_at(histogram, rank));
    }
  }
  return "";
}

std::string histogram_problem(const Configuration& configuration, const Json& row) {
  const Json& histogram = member(member(row, "evidence"), "latency_histogram");
  if (!histogram.is_array()) return "";
  double total = 0;
  int64_t before = -1;
  for (const Json& bucket : histogram) {
    if (bucket.size() != 2 || bucket[0].get<int64_t>() <= before) {
      return "evidence/latency_histogram is no histogram; allowed: pairs of nanoseconds and count, ascending";
    }
    before = bucket[0].get<int64_t>();
    total += bucket[1].get<double>();
  }
  const auto messages = number(row, "messages"), max_us = number(row, "latency_max_us");
  // A message may be counted at one side of the window's edge and its latency at the other.
  const double apart = between_counts(configuration) / static_cast<double>(configuration.message_bytes());
  if (messages && total > *messages * 1.01 + 1024 + apart) {
    return says_otherwise("messages", *messages, "evidence/latency_histogram", total);
  }
  if (max_us && static_cast<double>(before) > *max_us * 1e3 + 1) {
    return says_otherwise("latency_max_us", *max_us, "evidence/latency_histogram", static_cast<double>(before) / 1e3);
  }
  // A histogram that was cut says nothing of the percentiles.
  return messages && total >= 0.9 * *messages - apart ? percentiles_problem(row, histogram, total) : "";
}

// The samples are the bytes since the window opened.
std::string samples_problem(const Configuration& configuration, const Json& row) {
  const auto bytes = number(row, "bytes");
  const Json& samples = member(member(member(row, "evidence"), "samples"), "bytes");
  double before = 0;
  for (auto sample = samples.begin(); samples.is_array() && sample != samples.end(); ++sample) {
    const auto value = sample->get<double>();
    if (value < before) return "evidence/samples/bytes falls; allowed: bytes since the window opened, which only grow";
    before = value;
  }
  return bytes && before > *bytes + between_counts(configuration) ? says_otherwise("bytes", *bytes, "evidence/samples/bytes", before) : "";
}

std::string connections_problem(const Configuration& configuration, const Json& row) {
  if (row["state"] != name_of(RunState::completed)) return "";
  for (const string_view side : {"server", "client"}) {
    const Json& connections = member(member(member(row, "evidence"), side), "connections");
    if (connections.is_array() && connections.size() != configuration.threads) {
      return fmt::format("evidence/{}/connections has {}; allowed: one for each thread, {}", side, connections.size(),
                         configuration.threads);
    }
  }
  return "";
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

double figure_most(const FigureColumn& column) {
  if (column.name == "window_s") return 7200;
  if (column.name == "throughput_gbps") return 1e6;
  if (column.name.ends_with("_us")) return 1e12;
  if (column.name.ends_with("_per_byte")) return 1e9;
  return 1e17;  // a count, over an hour and hundreds of CPUs
}

std::string run_contradiction(const Configuration& configuration, const Json& row) {
  std::string problem = range_problem(row);
  if (problem.empty()) problem = throughput_problem(configuration, row);
  if (problem.empty()) problem = latency_problem(row);
  if (problem.empty()) problem = zerocopy_problem(configuration, row);
  if (problem.empty()) problem = counters_problem(row);
  if (problem.empty()) problem = windows_problem(row);
  if (problem.empty()) problem = histogram_problem(configuration, row);
  if (problem.empty()) problem = samples_problem(configuration, row);
  if (problem.empty()) problem = connections_problem(configuration, row);
  if (problem.empty()) problem = flags_problem(row);
  if (problem.empty()) problem = profile_problem(row);
  return problem;
}

}  // namespace copybench
