#include "core/host/proc_stat.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>

#include "core/base/unique_fd.h"

namespace copybench {

int64_t CpuTimes::busy_ns() const { return user_ns + nice_ns + system_ns + irq_ns + softirq_ns + guest_ns; }

CpuTimes CpuTimes::operator-(const CpuTimes& earlier) const {
  return {user_ns - earlier.user_ns,       nice_ns - earlier.nice_ns,     system_ns - earlier.system_ns,
          idle_ns - earlier.idle_ns,       iowait_ns - earlier.iowait_ns, irq_ns - earlier.irq_ns,
          softirq_ns - earlier.softirq_ns, steal_ns - earlier.steal_ns,   guest_ns - earlier.guest_ns};
}

Result<CpuTimes> parse_proc_stat(std::string_view text) {
  constexpr std::string_view kPrefix = "cpu ";
  const auto line = text.substr(0, text.find('\n'));
  if (!line.starts_with(kPrefix)) return fail("/proc/stat does not begin with the line of all CPUs");
  // user nice system idle iowait irq softirq steal guest guest_nice, in ticks
  std::array<int64_t, 10> ticks{};
  size_t count = 0;
  const char* at = line.data() + kPrefix.size();
  const char* const end = line.data() + line.size();
  while (count < ticks.size()) {
    while (at < end && *at == ' ') ++at;
    if (at == end) break;
    const auto [next, error] = std::from_chars(at, end, ticks[count]);
    if (error != std::errc{}) return fail("/proc/stat has something else than a number in the line of all CPUs");
    at = next;
    ++count;
  }
  if (count < 8) return fail("/proc/stat has too few numbers in the line of all CPUs");
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

Result<CpuTimes> read_proc_stat() {
  const UniqueFd file(::open("/proc/stat", O_RDONLY | O_CLOEXEC));
  if (!file) return tl::unexpected(system_error("open /proc/stat", errno));
  std::array<char, 512> buffer;  // the line of all CPUs comes first
  ssize_t got = 0;
  do {
    got = ::read(file.get(), buffer.data(), buffer.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0) return tl::unexpected(system_error("read /proc/stat", errno));
  return parse_proc_stat({buffer.data(), static_cast<size_t>(got)});
}

Json to_json(const CpuTimes& times) {
  return {{"user_ns", times.user_ns},       {"nice_ns", times.nice_ns},     {"system_ns", times.system_ns},
          {"idle_ns", times.idle_ns},       {"iowait_ns", times.iowait_ns}, {"irq_ns", times.irq_ns},
          {"softirq_ns", times.softirq_ns}, {"steal_ns", times.steal_ns},   {"guest_ns", times.guest_ns},
          {"busy_ns", times.busy_ns()}};
}

}  // namespace copybench
