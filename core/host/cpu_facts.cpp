#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "core/host/cpu_set.h"
#include "core/host/fact_list.h"
#include "core/host/text_file.h"

namespace copybench {
namespace {

using enum CircumstanceClass;

constexpr char kCpus[] = "/sys/devices/system/cpu/";
constexpr char kNodes[] = "/sys/devices/system/node/";

// Names of a folder's entries, sorted.
std::vector<std::string> entries(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> found;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    found.push_back(at->path().filename());
  }
  std::sort(found.begin(), found.end());
  return found;
}

// Called for the first allowed CPU. Names are cpu.cache.l1d, cpu.cache.l1i, cpu.cache.l2, ...
void add_caches(FactList& facts, int cpu) {
  for (int index = 0;; ++index) {
    const auto folder = fmt::format("{}cpu{}/cache/index{}/", kCpus, cpu, index);
    const auto level = read_small_file(folder + "level");
    if (!level) return;
    const auto type = read_text_file(folder + "type").value_or("");
    const char* const suffix = type == "Data" ? "d" : type == "Instruction" ? "i" : "";
    facts.add_file(fmt::format("cpu.cache.l{}{}", *level, suffix), host, folder + "size");
  }
}

// Adds one value if all frequency domains have the same, otherwise all that occur.
void add_frequency(FactList& facts, const std::string& name, const char* file, const std::string& unit = "") {
  const std::string folder = fmt::format("{}cpufreq/", kCpus);
  std::vector<Json> seen;
  for (const std::string& policy : entries(folder)) {
    if (!policy.starts_with("policy")) continue;
    const auto text = read_text_file(fmt::format("{}{}/{}", folder, policy, file));
    const Json value = text ? numbers_or_text(*text) : Json();
    if (std::find(seen.begin(), seen.end(), value) == seen.end()) seen.push_back(value);
  }
  if (seen.empty()) {
    facts.add(name, settings, fail("the kernel does not control the frequency of this machine (no cpufreq policy)"), unit);
  } else {
    facts.add(name, settings, seen.size() == 1 ? seen.front() : Json(seen), unit);
  }
}

void add_nodes(FactList& facts) {
  const auto online = read_small_file(std::string(kNodes) + "online");
  facts.add_text("numa.nodes", host, online);
  if (!online) return;
  for (const int node : parse_cpu_list(*online).value_or(std::vector<int>{})) {
    facts.add_text(fmt::format("numa.node{}.cpus", node), host, read_small_file(fmt::format("{}node{}/cpulist", kNodes, node)));
  }
}

}  // namespace

void add_cpu_facts(FactList& facts) {
  const auto allowed = allowed_cpus();
  facts.add_text("cpu.model", host, value_of_line("/proc/cpuinfo", "model name"));
  facts.add_text("cpu.microcode", host, value_of_line("/proc/cpuinfo", "microcode"));
  facts.add_text("cpu.online", host, read_small_file(std::string(kCpus) + "online"));
  facts.add("cpu.allowed", settings, Json(format_cpu_list(allowed)));
  facts.add_text("cpu.isolated", kernel, read_small_file(std::string(kCpus) + "isolated"));
  facts.add_file("cpu.smt", settings, std::string(kCpus) + "smt/active");
  add_caches(facts, allowed.empty() ? 0 : allowed.front());
  add_nodes(facts);
  const std::string vulnerabilities = std::string(kCpus) + "vulnerabilities/";
  for (const std::string& name : entries(vulnerabilities)) {
    facts.add_text("mitigation." + name, kernel, read_small_file(vulnerabilities + name));
  }
  add_frequency(facts, "cpu.frequency.driver", "scaling_driver");
  add_frequency(facts, "cpu.frequency.governor", "scaling_governor");
  add_frequency(facts, "cpu.frequency.min", "scaling_min_freq", "kHz");
  add_frequency(facts, "cpu.frequency.max", "scaling_max_freq", "kHz");
  facts.add_file("cpu.frequency.boost", settings, std::string(kCpus) + "cpufreq/boost");
  facts.add_file("cpu.frequency.no_turbo", settings, std::string(kCpus) + "intel_pstate/no_turbo");
  facts.add_file("cpu.idle.driver", settings, std::string(kCpus) + "cpuidle/current_driver");
  facts.add_file("cpu.idle.governor", settings, std::string(kCpus) + "cpuidle/current_governor");
}

}  // namespace copybench
