#include "core/run/noise.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/host/cpu_set.h"
#include "core/host/text_file.h"

namespace copybench {
namespace {

constexpr size_t kNamed = 3;

std::optional<int64_t> number_in(const std::string& path) {
  const auto text = read_text_file(path);
  const Json number = text ? numbers_or_text(*text) : Json();
  return number.is_number_integer() ? std::optional(number.get<int64_t>()) : std::nullopt;
}

// Reads the file of each CPU that has it.
std::vector<int64_t> numbers_of(const std::vector<int>& cpus, const char* file) {
  std::vector<int64_t> numbers;
  for (const int cpu : cpus) {
    const auto number = number_in(fmt::format("/sys/devices/system/cpu/cpu{}/{}", cpu, file));
    if (number) numbers.push_back(*number);
  }
  return numbers;
}

int64_t sum(const std::vector<int64_t>& numbers) {
  int64_t total = 0;
  for (const int64_t number : numbers) total += number;
  return total;
}

struct Neighbour {
  pid_t pid = 0;
  std::string name;
  int64_t cpu_ns = 0;
};

// CPU time within the window: the time between the edges, which lie further apart, taken as evenly spread.
struct Neighbours {
  int64_t total_ns = 0;
  int64_t here_ns = 0;  // of processes that were on the run's CPUs
  std::vector<Neighbour> busiest;
};

Neighbours neighbours_of(const NoiseWindow& window) {
  const auto foreign = [&](const ProcessTimes& process) {
    return std::find(window.own.begin(), window.own.end(), process.group) == window.own.end() &&
           std::find(window.own.begin(), window.own.end(), process.pid) == window.own.end() &&
           !(process.kernel && process.name.starts_with("ksoftirqd/"));
  };
  const auto here = [&](const ProcessTimes& process) {
    return std::find(window.cpus.begin(), window.cpus.end(), process.cpu) != window.cpus.end();
  };
  const double between = to_seconds(window.after.at - window.before.at);
  const double share = between > 0 ? std::min(1.0, to_seconds(window.length) / between) : 1;
  const auto in_window = [&](int64_t ns) { return static_cast<int64_t>(share * static_cast<double>(ns)); };
  std::map<pid_t, const ProcessTimes*> gone;
  for (const ProcessTimes& process : window.before.processes) {
    if (foreign(process)) gone[process.pid] = &process;
  }
  Neighbours found;
  // The time of processes that ended in the window is the time that their parents have waited for since, without the time
  // that they had used before.
  int64_t ended_ns = 0;
  for (const ProcessTimes& process : window.after.processes) {
    if (!foreign(process)) continue;
    int64_t used_ns = process.cpu_ns;
    bool was_here = here(process);
    ended_ns += process.waited_ns;
    if (const auto earlier = gone.find(process.pid); earlier != gone.end()) {
      used_ns -= earlier->second->cpu_ns;
      ended_ns -= earlier->second->waited_ns;
      was_here = was_here || here(*earlier->second);
      gone.erase(earlier);
    }
    if (used_ns <= 0) continue;
    found.total_ns += in_window(used_ns);
    if (was_here) found.here_ns += in_window(used_ns);
    found.busiest.push_back({process.pid, process.name, in_window(used_ns)});
  }
  for (const auto& [pid, process] : gone) ended_ns -= process->cpu_ns + process->waited_ns;
  found.total_ns += in_window(std::max<int64_t>(ended_ns, 0));
  std::sort(found.busiest.begin(), found.busiest.end(),
            [](const Neighbour& a, const Neighbour& b) { return a.cpu_ns > b.cpu_ns; });
  found.busiest.resize(std::min(found.busiest.size(), kNamed));
  return found;
}

std::string names_of_busiest(const Neighbours& neighbours, Nanoseconds window) {
  std::string text;
  for (const Neighbour& one : neighbours.busiest) {
    text += fmt::format("{}{} (pid {}) {:.0f} %", text.empty() ? "" : ", ", one.name, one.pid,
                        100 * static_cast<double>(one.cpu_ns) / static_cast<double>(window.count()));
  }
  return text;
}

Json busiest_json(const Neighbours& neighbours) {
  Json list = Json::array();
  for (const Neighbour& one : neighbours.busiest) {
    list.push_back({{"pid", one.pid}, {"name", one.name}, {"cpu_ns", one.cpu_ns}});
  }
  return list;
}

}  // namespace

NoiseEdge read_noise_edge(const std::vector<int>& cpus) {
  NoiseEdge edge;
  auto processes = list_processes(NoiseLimits::kMostProcesses);
  if (processes) {
    edge.processes = std::move(*processes);
    edge.all_processes = sees_all_processes();
  } else {
    edge.no_processes = processes.error().message;
  }
  edge.at = Monotonic::now();
  if (const auto frequencies = numbers_of(cpus, "cpufreq/scaling_cur_freq"); !frequencies.empty()) {
    edge.frequency_khz = static_cast<double>(sum(frequencies)) / static_cast<double>(frequencies.size());
  }
  auto throttles = numbers_of(cpus, "thermal_throttle/core_throttle_count");
  const auto packages = numbers_of(cpus, "thermal_throttle/package_throttle_count");
  throttles.insert(throttles.end(), packages.begin(), packages.end());
  if (!throttles.empty()) edge.throttles = sum(throttles);
  return edge;
}

Noise detect_noise(const NoiseWindow& window) {
  Noise noise;
  const auto capacity_ns = window.length.count() * static_cast<int64_t>(window.cpus.size());
  const auto share = [&](int64_t ns) {
    return capacity_ns > 0 ? static_cast<double>(ns) / static_cast<double>(capacity_ns) : 0.0;
  };
  const auto flag = [&](FlagKind kind, std::string detail) { noise.flags.push_back({kind, std::move(detail)}); };

  const double stolen = share(window.cpu.steal_ns);
  if (stolen >= NoiseLimits::kSteal && window.cpu.steal_ns >= NoiseLimits::kStealLeast.count()) {
    flag(FlagKind::steal, fmt::format("The hypervisor withheld {:.1f} % of the time of the run's CPUs.", 100 * stolen));
  }

  const int64_t beside_ns = std::max<int64_t>(window.cpu.process_ns() - window.own_cpu_ns, 0);
  const int64_t busy_beside_ns = std::max<int64_t>(window.cpu.busy_ns() - window.own_cpu_ns, 0);
  const bool listed = window.before.no_processes.empty() && window.after.no_processes.empty();
  const Neighbours neighbours = listed ? neighbours_of(window) : Neighbours{};
  const bool whole = window.before.all_processes && window.after.all_processes;
  // The listed processes have used at least this, even if others are not visible, as in a container.
  const int64_t seen_ns = std::min(busy_beside_ns, neighbours.here_ns);
  const int64_t others_ns = std::max(listed && whole ? std::min(beside_ns, neighbours.total_ns) : beside_ns, seen_ns);
  if (share(others_ns) >= NoiseLimits::kNeighbours && others_ns >= NoiseLimits::kNeighboursLeast.count()) {
    const std::string named = names_of_busiest(neighbours, window.length);
    const std::string by =
        named.empty() ? "" : fmt::format("; the busiest of those still there at the end, on any CPU: {} of one", named);
    flag(FlagKind::neighbours,
         fmt::format("Other processes used {:.1f} % of the time of the run's CPUs{}.", 100 * share(others_ns), by));
  }

  const double length_ns = static_cast<double>(window.length.count());
  if (static_cast<double>(window.daemon_cpu_ns) > NoiseLimits::kDaemon * length_ns) {
    flag(FlagKind::api, fmt::format("copybenchd itself used {:.1f} % of a CPU within the window, in which {} requests came.",
                                    length_ns > 0 ? 100 * static_cast<double>(window.daemon_cpu_ns) / length_ns : 0.0,
                                    window.requests));
  }

  const auto& before = window.before;
  const auto& after = window.after;
  if (before.frequency_khz && after.frequency_khz && *before.frequency_khz > 0 &&
      std::abs(*after.frequency_khz / *before.frequency_khz - 1) >= NoiseLimits::kFrequency) {
    flag(FlagKind::frequency, fmt::format("The run's CPUs ran at {:.2f} GHz before the window and at {:.2f} GHz after it.",
                                          *before.frequency_khz / 1e6, *after.frequency_khz / 1e6));
  }
  std::optional<int64_t> throttled;
  if (before.throttles && after.throttles) throttled = *after.throttles - *before.throttles;
  if (throttled && *throttled > 0) {
    flag(FlagKind::thermal, fmt::format("Heat slowed the run's CPUs down {} times.", *throttled));
  }

  const std::string& unlisted = before.no_processes.empty() ? after.no_processes : before.no_processes;
  noise.evidence = {{"cpus", format_cpu_list(window.cpus)},
                    {"steal_share", stolen},
                    {"neighbours_share", share(others_ns)},
                    {"neighbours", listed ? busiest_json(neighbours) : Json()},
                    {"neighbours_reason", text_or_null(unlisted)},
                    {"frequency_before_khz", or_null(before.frequency_khz)},
                    {"frequency_after_khz", or_null(after.frequency_khz)},
                    {"throttles", or_null(throttled)}};
  return noise;
}

}  // namespace copybench
