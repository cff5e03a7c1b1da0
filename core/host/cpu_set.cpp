#include "core/host/cpu_set.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>

#include "core/host/text_file.h"

namespace copybench {
namespace {

// A machine may have more CPUs than cpu_set_t holds (1024).
class DynamicCpuSet {
 public:
  explicit DynamicCpuSet(size_t cpus) : bytes_(CPU_ALLOC_SIZE(cpus)), set_(CPU_ALLOC(cpus)) { CPU_ZERO_S(bytes_, set_); }
  DynamicCpuSet(const DynamicCpuSet&) = delete;
  DynamicCpuSet& operator=(const DynamicCpuSet&) = delete;
  ~DynamicCpuSet() { CPU_FREE(set_); }

  void add(int cpu) { CPU_SET_S(static_cast<size_t>(cpu), bytes_, set_); }
  bool has(int cpu) const { return CPU_ISSET_S(static_cast<size_t>(cpu), bytes_, set_); }
  size_t bytes() const { return bytes_; }
  cpu_set_t* get() { return set_; }

 private:
  size_t bytes_;
  cpu_set_t* set_;
};

constexpr int kMaxCpus = 1 << 16;

std::optional<int> parse_cpu(std::string_view text) {
  int cpu = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), cpu);
  if (error != std::errc{} || end != text.data() + text.size() || cpu < 0 || cpu >= kMaxCpus) return std::nullopt;
  return cpu;
}

std::vector<int> siblings_in_sysfs(int cpu) {
  const auto text = read_text_file(fmt::format("/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list", cpu));
  if (!text) return {cpu};
  return parse_cpu_list(*text).value_or(std::vector<int>{cpu});
}

bool contains(const std::vector<int>& cpus, int cpu) { return std::find(cpus.begin(), cpus.end(), cpu) != cpus.end(); }

}  // namespace

std::vector<int> allowed_cpus() {
  std::vector<int> cpus;
  for (int size = 1024; size <= kMaxCpus; size *= 2) {
    DynamicCpuSet set(static_cast<size_t>(size));
    if (::sched_getaffinity(0, set.bytes(), set.get()) != 0) {
      if (errno == EINVAL) continue;  // the kernel's mask is larger
      break;
    }
    for (int cpu = 0; cpu < size; ++cpu) {
      if (set.has(cpu)) cpus.push_back(cpu);
    }
    break;
  }
  return cpus;
}

Result<std::vector<int>> parse_cpu_list(std::string_view text) {
  std::vector<int> cpus;
  while (true) {
    const auto end = text.find(',');
    const auto part = text.substr(0, end);
    const auto dash = part.find('-');
    const auto first = parse_cpu(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : parse_cpu(part.substr(dash + 1));
    if (!first || !last || *last < *first) {
      return fail(fmt::format("\"{}\" is not a CPU or a range of CPUs; a list looks like 0-3,8", part));
    }
    for (int cpu = *first; cpu <= *last; ++cpu) cpus.push_back(cpu);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  std::sort(cpus.begin(), cpus.end());
  cpus.erase(std::unique(cpus.begin(), cpus.end()), cpus.end());
  return cpus;
}

std::string format_cpu_list(const std::vector<int>& cpus) {
  std::string text;
  for (size_t i = 0; i < cpus.size();) {
    size_t last = i;
    while (last + 1 < cpus.size() && cpus[last + 1] == cpus[last] + 1) ++last;
    if (!text.empty()) text += ',';
    text += last == i ? fmt::format("{}", cpus[i]) : fmt::format("{}-{}", cpus[i], cpus[last]);
    i = last + 1;
  }
  return text;
}

std::pair<std::vector<int>, std::vector<int>> split_cpus(const std::vector<int>& cpus) {
  return split_cpus(cpus, siblings_in_sysfs);
}

std::pair<std::vector<int>, std::vector<int>> split_cpus(const std::vector<int>& cpus,
                                                         const std::function<std::vector<int>(int)>& siblings_of) {
  std::vector<std::vector<int>> cores;
  std::vector<int> placed;
  for (const int cpu : cpus) {
    if (contains(placed, cpu)) continue;
    std::vector<int> core{cpu};
    for (const int sibling : siblings_of(cpu)) {
      if (sibling != cpu && contains(cpus, sibling) && !contains(placed, sibling)) core.push_back(sibling);
    }
    placed.insert(placed.end(), core.begin(), core.end());
    cores.push_back(std::move(core));
  }

  const size_t half = (cpus.size() + 1) / 2;
  std::vector<int> server;
  std::vector<int> rest;
  for (const auto& core : cores) {
    auto& side = server.size() + core.size() <= half ? server : rest;
    side.insert(side.end(), core.begin(), core.end());
  }
  // A core is split only if whole cores do not fill the half.
  while (server.size() < half) {
    server.push_back(rest.front());
    rest.erase(rest.begin());
  }
  std::sort(server.begin(), server.end());
  std::sort(rest.begin(), rest.end());
  if (rest.empty()) rest = server;  // one CPU serves both sides
  return {std::move(server), std::move(rest)};
}

Result<void> pin_this_thread(const std::vector<int>& cpus) {
  if (cpus.empty()) return fail("a thread cannot be bound to no CPU at all");
  const int highest = *std::max_element(cpus.begin(), cpus.end());
  if (*std::min_element(cpus.begin(), cpus.end()) < 0 || highest >= kMaxCpus) {
    return fail(fmt::format("CPU numbers go from 0 to {}", kMaxCpus - 1));
  }
  DynamicCpuSet set(static_cast<size_t>(highest) + 1);
  for (const int cpu : cpus) set.add(cpu);
  if (::sched_setaffinity(0, set.bytes(), set.get()) != 0) {
    return tl::unexpected(system_error(fmt::format("binding to CPUs {}", format_cpu_list(cpus)), errno));
  }
  return {};
}

}  // namespace copybench
