#include "core/host/proc_stat.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "core/host/text_file.h"

namespace copybench {

int64_t CpuTimes::busy_ns() const { return user_ns + nice_ns + system_ns + irq_ns + softirq_ns + guest_ns; }

int64_t CpuTimes::process_ns() const { return user_ns + nice_ns + system_ns + guest_ns; }

CpuTimes CpuTimes::operator+(const CpuTimes& other) const {
  return {user_ns + other.user_ns,       nice_ns + other.nice_ns,     system_ns + other.system_ns,
          idle_ns + other.idle_ns,       iowait_ns + other.iowait_ns, irq_ns + other.irq_ns,
          softirq_ns + other.softirq_ns, steal_ns + other.steal_ns,   guest_ns + other.guest_ns};
}

CpuTimes CpuTimes::operator-(const CpuTimes& earlier) const {
  return {user_ns - earlier.user_ns,       nice_ns - earlier.nice_ns,     system_ns - earlier.system_ns,
          idle_ns - earlier.idle_ns,       iowait_ns - earlier.iowait_ns, irq_ns - earlier.irq_ns,
          softirq_ns - earlier.softirq_ns, steal_ns - earlier.steal_ns,   guest_ns - earlier.guest_ns};
}

namespace {

// Parses a line without its name: user nice system idle iowait irq softirq steal guest guest_nice, in ticks.
Result<CpuTimes> parse_ticks(std::string_view line) {
  std::array<int64_t, 10> ticks{};
  size_t count = 0;
  const char* at = line.data();
  const char* const end = line.data() + line.size();
  while (count < ticks.size()) {
    while (at < end && *at == ' ') ++at;
    if (at == end) break;
    const auto [next, error] = std::from_chars(at, end, ticks[count]);
    if (error != std::errc{}) return fail("/proc/stat has something else than a number in a line of CPUs");
    at = next;
    ++count;
  }
  if (count < 8) return fail("/proc/stat has too few numbers in a line of CPUs");
  const int64_t tick_ns = 1'000'000'000 / ::sysconf(_SC_CLK_TCK);
  const auto ns = [&](size_t i) { return ticks[i] * tick_ns; };
  return CpuTimes{.user_ns = ns(0) - ns(8),
                  .nice_ns = ns(1) - ns(9),
                  .system_ns = ns(2),
                  .idle_ns = ns(3),
                  .iowait_ns = ns(4),
                  .irq_ns = ns(5),
                  .softirq_ns = ns(6),
                  .steal_ns = ns(7),
                  .guest_ns = ns(8) + ns(9)};
}

// Removes the next line from the text and returns it.
std::string_view next_line(std::string_view& text) {
  const auto end = text.find('\n');
  const auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

}  // namespace

Result<CpuTimes> parse_proc_stat(std::string_view text) {
  constexpr std::string_view kPrefix = "cpu ";
  const auto line = next_line(text);
  if (!line.starts_with(kPrefix)) return fail("/proc/stat does not begin with the line of all CPUs");
  return parse_ticks(line.substr(kPrefix.size()));
}

Result<CpuTimes> parse_proc_stat(std::string_view text, const std::vector<int>& cpus) {
  constexpr std::string_view kPrefix = "cpu";
  CpuTimes sum;
  for (auto line = next_line(text); line.starts_with(kPrefix); line = next_line(text)) {
    line.remove_prefix(kPrefix.size());
    int cpu = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), cpu);
    if (error != std::errc{} || std::find(cpus.begin(), cpus.end(), cpu) == cpus.end()) continue;
    auto times = parse_ticks(line.substr(static_cast<size_t>(end - line.data())));
    if (!times) return times;
    sum = sum + *times;
  }
  return sum;
}

Result<std::string> read_proc_stat() { return read_small_file("/proc/stat"); }

Json to_json(const CpuTimes& times) {
  return {{"user_ns", times.user_ns},       {"nice_ns", times.nice_ns},     {"system_ns", times.system_ns},
          {"idle_ns", times.idle_ns},       {"iowait_ns", times.iowait_ns}, {"irq_ns", times.irq_ns},
          {"softirq_ns", times.softirq_ns}, {"steal_ns", times.steal_ns},   {"guest_ns", times.guest_ns},
          {"busy_ns", times.busy_ns()}};
}

}  // namespace copybench
