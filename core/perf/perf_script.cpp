#include "core/perf/perf_script.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "core/model/text.h"

namespace copybench {
namespace {

constexpr std::string_view kKernelSuffix = "_[k]";

struct Head {
  std::string_view comm;
  pid_t pid = 0;
};

struct Frame {
  std::string_view symbol;
  std::string_view module;
  bool kernel() const { return module.starts_with("[kernel") || module.starts_with("[guest.kernel") || module.ends_with(".ko"); }
  bool named() const { return symbol != "[unknown]"; }
};

// "copybenchd 12316/12318": a command's name may hold blanks, so the numbers are found from the end.
bool read_head(std::string_view line, Head& head) {
  line = trimmed(line);
  const auto space = line.rfind(' ');
  const auto slash = line.rfind('/');
  if (space == line.npos || slash == line.npos || slash < space) return false;
  const auto* const end = line.data() + slash;
  if (std::from_chars(line.data() + space + 1, end, head.pid).ptr != end) return false;
  head.comm = trimmed(line.substr(0, space));
  return true;
}

// "\tffffffff81e3d93f get_netmem ([kernel.kallsyms])": a symbol may hold blanks and brackets, a module's path too.
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

// An idle CPU's own frames; an interrupt that hits it has others besides.
bool is_idle(const std::vector<Frame>& frames) {
  return std::none_of(frames.begin(), frames.end(), [](const Frame& frame) {
    return frame.symbol.find("softirq") != frame.symbol.npos || frame.symbol.find("net_rx") != frame.symbol.npos;
  });
}

void take(FoldedProfile& profile, const Head& head, const std::vector<Frame>& frames, const ProfiledProcesses& processes) {
  std::string stack;
  if (head.pid == processes.engine) {
    stack = "engine";
    ++profile.engine_samples;
  } else if (head.pid == processes.load) {
    stack = "load";
    ++profile.load_samples;
  } else if (head.comm.starts_with("ksoftirqd/") || (head.pid == 0 && !is_idle(frames))) {
    stack = "kernel";
    ++profile.kernel_samples;
  } else {
    ++(head.pid == 0 ? profile.idle_samples : profile.other_samples);
    return;
  }
  if (!frames.empty() && frames.front().kernel() && !frames.front().named()) ++profile.unnamed_kernel_samples;
  for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) stack += ";" + name_of_frame(*frame);
  ++profile.stacks[stack];
}

}  // namespace

Result<FoldedProfile> fold_perf_script(std::string_view text, const ProfiledProcesses& processes) {
  FoldedProfile profile;
  Head head;
  std::vector<Frame> frames;  // of the sample under way, innermost first
  bool in_sample = false;
  const auto end_sample = [&] {
    if (in_sample) take(profile, head, frames, processes);
    in_sample = false;
    frames.clear();
  };
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (trimmed(line).empty()) {
      end_sample();
    } else if (!in_sample) {
      if (!read_head(line, head)) return fail(fmt::format("perf script: no sample begins so: {}", line.substr(0, 200)));
      in_sample = true;
    } else if (Frame frame; read_frame(line, frame)) {
      frames.push_back(frame);
    } else {
      return fail(fmt::format("perf script: this is no frame of a stack: {}", line.substr(0, 200)));
    }
  }
  end_sample();
  return profile;
}

}  // namespace copybench
