#include "core/transfer/evidence_check.h"

#include <array>
#include <utility>

#include "core/base/time.h"
#include "core/model/names.h"
#include "core/model/run_flag.h"
#include "core/transfer/row_values.h"

namespace copybench {
namespace {

using std::string_view;
using namespace row;

// Every version has stored these with a run that completed, since the run fails before that if one of them is missing.
std::string completeness_problem(const Json& row) {
  if (row["state"] != name_of(RunState::completed)) return "";
  using Type = Json::value_t;
  struct Part {
    string_view of, key;
    Type type;
  };
  constexpr Part kParts[] = {{"windows_ns", "client", Type::number_integer}, {"windows_ns", "server", Type::number_integer},
                             {"server", "cpu_ns", Type::number_integer},     {"server", "bytes", Type::number_integer},
                             {"server", "messages", Type::number_integer},   {"server", "connections", Type::array},
                             {"client", "connections", Type::array},         {"samples", "bytes", Type::array},
                             {"machine_cpu", "busy_ns", Type::number_integer}, {"", "counters", Type::array},
                             {"", "latency_histogram", Type::array}};
  const Json& evidence = member(row, "evidence");
  if (!evidence.is_object()) return "evidence is null; allowed of a run that completed: an object";
  for (const auto& [of, key, type] : kParts) {
    const Json& value = member(of.empty() ? evidence : member(evidence, of), key);
    if (type == Type::array ? value.is_array() : value.is_number_integer()) continue;
    return fmt::format("evidence/{}{}{} is missing; allowed of a run that completed: {}", of, of.empty() ? "" : "/", key,
                       type == Type::array ? "a list" : "a whole number");
  }
  return "";
}

// A rate over a window of its own, divided by the rate of the bytes.
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

constexpr double kBucket = 0.02;  // more than the width of a bucket

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
  constexpr std::array<std::pair<string_view, double>, 4> kPercentiles{
      {{"latency_p50_us", 0.5}, {"latency_p90_us", 0.9}, {"latency_p99_us", 0.99}, {"latency_p999_us", 0.999}}};
  if (total < 1) return "";
  for (const auto& [name, share] : kPercentiles) {
    const auto value = number(row, name);
    const double rank = std::ceil(share * total);
    // A rank may be rounded either way.
    const double low = value_at(histogram, std::max(1.0, rank - 1)), high = value_at(histogram, std::min(total, rank + 1));
    if (value && (*value < low * (1 - kBucket) || *value > high * (1 + kBucket))) {
      return says_otherwise(name, *value, "evidence/latency_histogram", value_at(histogram, rank));
    }
  }
  return "";
}

std::string histogram_problem(const ExperimentSpec& spec, const Configuration& configuration, const Json& row) {
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
  // A message and its latency may be counted on different sides of the window's edge.
  const double apart = between_counts(spec, configuration) / static_cast<double>(configuration.message_bytes());
  if (messages && total > *messages * 1.01 + 1024 + apart) {
    return says_otherwise("messages", *messages, "evidence/latency_histogram", total);
  }
  if (max_us && static_cast<double>(before) > *max_us * 1e3 + 1) {
    return says_otherwise("latency_max_us", *max_us, "evidence/latency_histogram", static_cast<double>(before) / 1e3);
  }
  if (!messages || histogram.empty()) return "";
  if (total < 0.99 * *messages - 1024 - apart) {
    return says_otherwise("messages", *messages, "evidence/latency_histogram", total);
  }
  if (const auto mean = number(row, "latency_us"); mean && *mean * 1e3 < histogram.front()[0].get<double>() * (1 - kBucket) - 1) {
    return fmt::format("latency_us is {:g}; allowed: at least the smallest value of evidence/latency_histogram, {:g}", *mean,
                       histogram.front()[0].get<double>() / 1e3);
  }
  return percentiles_problem(row, histogram, total);
}

// The samples are the bytes since the window opened.
std::string samples_problem(const ExperimentSpec& spec, const Configuration& configuration, const Json& row) {
  const auto bytes = number(row, "bytes");
  const Json& samples = member(member(member(row, "evidence"), "samples"), "bytes");
  double before = 0;
  for (auto sample = samples.begin(); samples.is_array() && sample != samples.end(); ++sample) {
    const auto value = sample->get<double>();
    if (value < before) return "evidence/samples/bytes falls; allowed: bytes since the window opened, which only grow";
    before = value;
  }
  return bytes && before > *bytes + between_counts(spec, configuration) ? says_otherwise("bytes", *bytes, "evidence/samples/bytes", before) : "";
}

// The engine fails a run whose connection has one of these (ServedConnection::drain).
std::string connection_problem(const Json& connection, const std::string& place, const char* tcp_count) {
  if (!member(connection, "problem").is_null()) return place + "/problem is a text; allowed of a run that completed: null";
  const auto sent = number(connection, "bytes"), received = number(connection, "client_received_bytes");
  if (sent && received && *sent != *received) {
    return says_otherwise(place + "/client_received_bytes", *received, place + "/bytes", *sent);
  }
  // The reply to the greeting and the FIN count there as well.
  constexpr double kBesideMessages = 8192;
  const auto carried = number(member(connection, "tcp"), tcp_count);
  if (sent && carried && (*carried < *sent || *carried > *sent + kBesideMessages)) {
    return says_otherwise(fmt::format("{}/tcp/{}", place, tcp_count), *carried, place + "/bytes", *sent);
  }
  return "";
}

// Bytes over the whole lives of a side's connections; none where one of them has no such count.
std::optional<double> bytes_of_all(const Json& connections) {
  if (!connections.is_array()) return std::nullopt;
  double sum = 0;
  for (const Json& connection : connections) {
    const auto bytes = number(connection, "bytes");
    if (!bytes) return std::nullopt;
    sum += *bytes;
  }
  return sum;
}

std::string connections_problem(const Configuration& configuration, const Json& row) {
  if (row["state"] != name_of(RunState::completed)) return "";
  const Json& evidence = member(row, "evidence");
  std::optional<double> all[2];
  size_t side_index = 0;
  for (const string_view side : {"server", "client"}) {
    const Json& connections = member(member(evidence, side), "connections");
    all[side_index++] = bytes_of_all(connections);
    if (!connections.is_array()) continue;
    if (connections.size() != configuration.threads) {
      return fmt::format("evidence/{}/connections has {}; allowed: one for each thread, {}", side, connections.size(),
                         configuration.threads);
    }
    for (size_t i = 0; i < connections.size(); ++i) {
      std::string problem = connection_problem(connections[i], fmt::format("evidence/{}/connections/{}", side, i),
                                               side == "server" ? "bytes_acked" : "bytes_received");
      if (!problem.empty()) return problem;
    }
  }
  const auto [served, received] = std::pair(all[0], all[1]);
  if (served && received && *served != *received) {
    return says_otherwise("the sum of evidence/client/connections/*/bytes", *received, "evidence/server/connections", *served);
  }
  const auto bytes = number(row, "bytes"), server = number(member(evidence, "server"), "bytes");
  if (bytes && received && *bytes > *received) return says_otherwise("bytes", *bytes, "evidence/client/connections", *received);
  if (server && served && *server > *served) {
    return says_otherwise("evidence/server/bytes", *server, "evidence/server/connections", *served);
  }
  return "";
}

// Both sides' rates lie within the tolerance of the flag `edges`, unless the run has that flag.
std::string sides_problem(const ExperimentSpec& spec, const Configuration& configuration, const Json& row) {
  const Json& evidence = member(row, "evidence");
  const Json& windows = member(evidence, "windows_ns");
  const auto bytes = number(row, "bytes"), server = number(member(evidence, "server"), "bytes");
  const auto client_ns = number(windows, "client"), server_ns = number(windows, "server");
  if (!bytes || !server || !client_ns || !server_ns || *client_ns <= 0 || *server_ns <= 0) return "";
  for (const Json& flag : member(row, "flags")) {
    if (member(flag, "kind") == name_of(FlagKind::edges)) return "";
  }
  // More than the flag's own 5 %, since an earlier version may have flagged from another share on.
  constexpr double kApart = 0.25;
  const double received = *bytes / *client_ns, sent = *server / *server_ns;
  const double slack = (between_counts(spec, configuration) + 16.0 * (1 << 20)) / *client_ns;
  if (std::abs(received - sent) <= kApart * std::max(received, sent) + slack) return "";
  return fmt::format("bytes is {:g}; allowed: the rate of evidence/server/bytes, or the flag edges", *bytes);
}

// The fields of /proc/stat that count as busy (see CpuTimes::busy_ns).
std::string machine_problem(const Json& row) {
  const Json& cpu = member(member(row, "evidence"), "machine_cpu");
  const auto busy = number(cpu, "busy_ns");
  double sum = 0;
  for (const string_view part : {"user_ns", "nice_ns", "system_ns", "irq_ns", "softirq_ns", "guest_ns"}) {
    const auto value = number(cpu, part);
    if (!value) return "";
    sum += *value;
  }
  return busy && *busy != sum ? says_otherwise("evidence/machine_cpu/busy_ns", *busy, "the sum of its parts", sum) : "";
}

// An answer of yes or no, and a reason where it is no.
std::string answer_problem(const Json& evidence, string_view part, string_view answer, bool reason_with_yes) {
  const Json& object = member(evidence, part);
  if (!object.is_object()) return "";
  const Json& yes = member(object, answer);
  const bool reasoned = member(object, "reason").is_string();
  if (!yes.is_boolean()) return fmt::format("evidence/{}/{} is missing; allowed: true or false", part, answer);
  if (!yes.get<bool>() && !reasoned) {
    return fmt::format("evidence/{}/reason is null; allowed where {} is false: a text", part, answer);
  }
  if (!yes.get<bool>() || !reasoned || reason_with_yes) return "";
  return fmt::format("evidence/{}/reason is a text; allowed where {} is true: null", part, answer);
}

std::string judgement_problem(const Json& row) {
  const Json& evidence = member(row, "evidence");
  std::string problem = answer_problem(evidence, "steadiness", "judged", false);
  if (problem.empty()) problem = answer_problem(evidence, "perf", "used", false);
  // The calibration before the run may be judged and the one after it fail.
  if (problem.empty()) problem = answer_problem(evidence, "calibration", "judged", true);
  if (!problem.empty()) return problem;
  const Json& judged = member(member(evidence, "steadiness"), "judged");
  bool flagged = false;
  for (const Json& flag : member(row, "flags")) {
    const Json& kind = member(flag, "kind");
    if (kind != name_of(FlagKind::warm_up) && kind != name_of(FlagKind::drift) && kind != name_of(FlagKind::step)) continue;
    if (judged == false) return fmt::format("flags has {}; allowed where evidence/steadiness/judged is true", kind.dump());
    if (flagged) return fmt::format("flags has {}; allowed: one of warm_up, drift and step", kind.dump());
    flagged = true;
  }
  return "";
}

// The window is at least as long as was asked for: both marks are reported before its time starts.
std::string duration_problem(const ExperimentSpec& spec, const Json& row) {
  const auto window_s = number(row, "window_s");
  if (!window_s) return "";
  constexpr double kLateMarks = 120;  // far beyond what the limits of the stages allow
  const double asked = to_seconds(spec.duration);
  if (*window_s >= 0.99 * asked && *window_s <= asked + kLateMarks) return "";
  return fmt::format("window_s is {:g}; allowed: what duration_s of the spec gives, {:g}", *window_s, asked);
}

}  // namespace

std::string evidence_contradiction(const ExperimentSpec& spec, const Configuration& configuration, const Json& row) {
  std::string problem = completeness_problem(row);
  if (problem.empty()) problem = windows_problem(row);
  if (problem.empty()) problem = histogram_problem(spec, configuration, row);
  if (problem.empty()) problem = samples_problem(spec, configuration, row);
  if (problem.empty()) problem = connections_problem(configuration, row);
  if (problem.empty()) problem = sides_problem(spec, configuration, row);
  if (problem.empty()) problem = machine_problem(row);
  if (problem.empty()) problem = duration_problem(spec, row);
  if (problem.empty()) problem = judgement_problem(row);
  return problem;
}

}  // namespace copybench
