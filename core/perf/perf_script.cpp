#include "core/perf/perf_script.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "core/model/text.h"

namespace copybench {
namespace {

constexpr std::string_view kKernelSuffix = "_[k]";

struct Frame {
  std::string_view symbol;
  std::string_view module;
  bool kernel() const { return module.starts_with("[kernel") || module.starts_with("[guest.kernel") || module.ends_with(".ko"); }
  bool named() const { return symbol != "[unknown]"; }
};

// "12316/12318": process and thread. The kernel reports -1 for one that is ending.
std::optional<pid_t> read_head(std::string_view line) {
  line = trimmed(line);
  const auto slash = std::min(line.find('/'), line.size());
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto thread = line.substr(std::min(slash + 1, line.size()));
  const bool is_number = !thread.empty() && std::all_of(thread.begin(), thread.end(), is_digit);
  if (!is_number && thread != "-1") return std::nullopt;
  pid_t pid = 0;
  const auto* const end = line.data() + slash;
  const auto [at, error] = std::from_chars(line.data(), end, pid);
  if (error != std::errc{} || at != end || pid < -1) return std::nullopt;
  return pid;
}

// "\tffffffff81e3d93f get_netmem ([kernel.kallsyms])": symbols and module paths may contain blanks and brackets.
bool read_frame(std::string_view line, Frame& frame) {
  line = trimmed(line);
  const auto address = line.find(' ');
  const auto module = line.rfind(" (");
  if (address == line.npos || module == line.npos || module < address || !line.ends_with(')')) return false;
  frame.symbol = trimmed(line.substr(address, module - address));
  frame.module = line.substr(module + 2, line.size() - module - 3);
  return true;
}

std::string name_of_frame(const Frame& frame) {
  std::string name;
  if (frame.named()) {
    name = frame.symbol;
  } else {
    const auto slash = frame.module.rfind('/');
    name = fmt::format("[{}]", frame.kernel() ? "kernel" : frame.module.substr(slash == frame.module.npos ? 0 : slash + 1));
  }
  // The separators of folded text.
  std::replace(name.begin(), name.end(), ';', ':');
  std::replace(name.begin(), name.end(), '\n', ' ');
  if (frame.kernel()) name += kKernelSuffix;
  return name;
}

// True if there are only frames of an idle CPU. An interrupt that hits it adds others.
bool is_idle(const std::vector<Frame>& frames) {
  return std::none_of(frames.begin(), frames.end(), [](const Frame& frame) {
    return frame.symbol.find("softirq") != frame.symbol.npos || frame.symbol.find("net_rx") != frame.symbol.npos;
  });
}

void take(FoldedProfile& profile, pid_t pid, const std::vector<Frame>& frames, const ProfiledProcesses& processes) {
  const auto& soft_irq = processes.soft_irq;
  const bool is_soft_irq = std::find(soft_irq.begin(), soft_irq.end(), pid) != soft_irq.end();
  std::string stack;
  if (pid < 0) {
    ++profile.other_samples;
    return;
  }
  if (pid == processes.engine) {
    stack = "engine";
    ++profile.engine_samples;
  } else if (pid == processes.load) {
    stack = "load";
    ++profile.load_samples;
  } else if (is_soft_irq || (pid == 0 && !is_idle(frames))) {
    stack = "kernel";
    ++profile.kernel_samples;
  } else {
    ++(pid == 0 ? profile.idle_samples : profile.other_samples);
    return;
  }
  if (!frames.empty() && frames.front().kernel() && !frames.front().named()) ++profile.unnamed_kernel_samples;
  for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) stack += ";" + name_of_frame(*frame);
  ++profile.stacks[stack];
}

}  // namespace

FoldedProfile fold_perf_script(std::string_view text, const ProfiledProcesses& processes) {
  FoldedProfile profile;
  std::optional<pid_t> sample;  // the process of the current sample
  std::vector<Frame> frames;    // of the current sample, innermost first
  const auto broken = [&](std::string_view line) {
    sample.reset();
    if (profile.problem.empty()) {
      profile.problem = fmt::format("perf script printed what is neither a sample nor a frame: {}", clean_text(line.substr(0, 200)));
    }
  };
  const auto end_sample = [&] {
    if (sample) take(profile, *sample, frames, processes);
    sample.reset();
    frames.clear();
  };
  bool begins = true;  // after a blank line
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (trimmed(line).empty()) {
      end_sample();
      begins = true;
      continue;
    }
    if (begins) {
      sample = read_head(line);
      if (!sample) broken(line);
    } else if (Frame frame; sample && read_frame(line, frame)) {
      frames.push_back(frame);
    } else if (sample) {
      broken(line);
    }
    begins = false;
  }
  end_sample();
  return profile;
}

}  // namespace copybench
