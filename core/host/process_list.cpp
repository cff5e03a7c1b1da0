#include "core/host/process_list.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <system_error>

#include "core/host/text_file.h"
#include "core/model/text.h"

namespace copybench {
namespace {

// The fields after the name, which may contain anything: state ppid pgrp session tty tpgid flags minflt cminflt majflt cmajflt
// utime stime cutime cstime, and the CPU as the 37th.
constexpr size_t kParent = 1;
constexpr size_t kGroup = 2;
constexpr size_t kUser = 11;
constexpr size_t kCpu = 36;
constexpr size_t kFields = 37;
constexpr int64_t kKthreadd = 2;

bool is_number(const std::string& text) { return !text.empty() && text.find_first_not_of("0123456789") == text.npos; }

}  // namespace

std::optional<ProcessTimes> parse_process_stat(std::string_view text) {
  const auto open = text.find('(');
  const auto close = text.rfind(')');
  if (open == text.npos || close == text.npos || close < open) return std::nullopt;
  ProcessTimes process;
  std::from_chars(text.data(), text.data() + open, process.pid);
  process.name = clean_text(text.substr(open + 1, close - open - 1));
  std::array<int64_t, kFields> fields{};
  const char* at = text.data() + close + 1;
  const char* const end = text.data() + text.size();
  for (size_t i = 0; i < kFields; ++i) {
    while (at < end && *at == ' ') ++at;
    if (at == end) return std::nullopt;
    if (i == 0) {
      ++at;  // the state is a letter
      continue;
    }
    const auto [next, error] = std::from_chars(at, end, fields[i]);
    // Some fields in between, such as the limit of memory, exceed 63 bits.
    if (error != std::errc{} && error != std::errc::result_out_of_range) return std::nullopt;
    at = next;
  }
  const int64_t tick_ns = 1'000'000'000 / ::sysconf(_SC_CLK_TCK);
  // kthreadd is the parent of all the kernel's threads, and of nothing else.
  process.kernel = fields[kParent] == kKthreadd;
  process.group = static_cast<pid_t>(fields[kGroup]);
  process.cpu_ns = (fields[kUser] + fields[kUser + 1]) * tick_ns;
  process.waited_ns = (fields[kUser + 2] + fields[kUser + 3]) * tick_ns;
  process.cpu = static_cast<int>(fields[kCpu]);
  return process;
}

bool sees_all_processes() {
  // PROC_PID_INIT_INO: the machine's initial PID namespace always has this number.
  constexpr const char* kFirstNamespace = "pid:[4026531836]";
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/ns/pid", error) == kFirstNamespace && read_text_file("/proc/1/stat");
}

Result<std::vector<ProcessTimes>> list_processes(size_t most) {
  std::error_code error;
  std::vector<ProcessTimes> processes;
  for (std::filesystem::directory_iterator at("/proc", error), end; !error && at != end; at.increment(error)) {
    if (!is_number(at->path().filename())) continue;
    if (processes.size() == most) return fail(fmt::format("there are more than {} processes", most));
    const auto text = read_text_file(at->path() / "stat");  // none if it has ended meanwhile
    if (auto process = text ? parse_process_stat(*text) : std::nullopt) processes.push_back(std::move(*process));
  }
  if (error) return tl::unexpected(system_error("list /proc", error.value()));
  return processes;
}

}  // namespace copybench
