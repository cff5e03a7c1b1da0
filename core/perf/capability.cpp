#include "core/perf/capability.h"

#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "core/base/command.h"
#include "core/base/subprocess.h"
#include "core/base/time.h"
#include "core/base/unique_fd.h"
#include "core/host/system_facts.h"
#include "core/host/text_file.h"
#include "core/model/events.h"
#include "core/model/text.h"
#include "core/perf/perf_stat.h"

namespace copybench {
namespace {

// Clients choose the event names, so their number is limited. Forgotten events are probed again.
constexpr size_t kMostRemembered = 1000;

constexpr Nanoseconds kProbeLimit = std::chrono::seconds{10};
constexpr const char* kPermit = "sudo sysctl kernel.perf_event_paranoid=1";

// perf's result for the events: readings in their order, or its message if it refused to start.
struct Answer {
  std::vector<CounterReading> readings;
  std::string refusal;  // perf's message
  std::string failure;  // why perf could not be run
};

// Adds task-clock, which every machine counts: some versions of perf refuse to start if no event gives a value.
Answer try_events(const PerfAvailability& perf, const std::vector<std::string>& events, Nanoseconds limit) {
  Answer answer;
  const UniqueFd output(::memfd_create("perf-probe", MFD_CLOEXEC));
  if (!output) {
    answer.failure = system_error("memory for perf's output", errno).message;
    return answer;
  }
  SubprocessOptions options;
  options.argv = {perf.path, "stat", perf.json ? "-j" : "-x,", "--log-fd", "3", "-e", "task-clock"};
  for (const auto& event : events) {
    options.argv.emplace_back("-e");
    options.argv.push_back(event);
  }
  options.argv.insert(options.argv.end(), {"--", "true"});
  options.inherit = {{output.get(), 3}};
  options.environment = PerfControl::environment();
  const auto ran = run_command(options, limit);
  if (!ran || !ran->status.success()) {
    (ran ? answer.refusal : answer.failure) = ran ? clean_text(ran->err) : ran.error().message;
    return answer;
  }
  std::string text(1 << 16, '\0');
  const ssize_t got = ::pread(output.get(), text.data(), text.size(), 0);
  text.resize(static_cast<size_t>(std::max<ssize_t>(got, 0)));
  answer.readings = combine_rows(parse_perf_output(text).rows, events, PerfScope::task);
  return answer;
}

// Returns the requested event that perf quotes in its syntax error.
std::optional<std::string> quoted_event(std::string_view words, const std::vector<std::string>& events) {
  constexpr std::string_view kQuote = "event syntax error: '";
  const auto at = words.find(kQuote);
  if (at == words.npos) return std::nullopt;
  const auto quoted = words.substr(at + kQuote.size());
  for (const auto& event : events) {
    if (quoted.starts_with(event + "'")) return event;
  }
  return std::nullopt;
}

// The line of perf's message that says what is wrong: the text after the arrow, else the first line that is not a heading.
std::string perf_words(std::string_view text) {
  constexpr std::string_view kArrow = "\\___ ";
  std::string words;
  if (const auto arrow = text.find(kArrow); arrow != std::string_view::npos) {
    text.remove_prefix(arrow + kArrow.size());
    words = text.substr(0, text.find('\n'));
  }
  while (words.empty() && !text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.find_first_not_of(" \t") != std::string_view::npos && line != "Error:") words = line;
  }
  return words.empty() ? "no reason given" : words.substr(0, 200);
}

// Joins a message into one line: Ubuntu's wrapper names the missing package some lines below its heading.
std::string in_one_line(std::string_view text) {
  std::string words;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    if (!words.empty()) words += ' ';
    words += line;
  }
  return words.empty() ? "no reason given" : words.substr(0, 600);
}

// Explains why perf may not count: the sysctl, a sandbox around this process, or perf's own message.
void explain_refusal(PerfAvailability& perf, std::string_view words) {
  const auto paranoid = sysctl_int("kernel.perf_event_paranoid");
  const bool privileged = has_capability(CAP_PERFMON) || has_capability(CAP_SYS_ADMIN);
  if (paranoid.value_or(2) > 1 && !privileged) {
    perf.reason = fmt::format("not permitted: kernel.perf_event_paranoid is {} and CAP_PERFMON is missing",
                              paranoid ? std::to_string(*paranoid) : "unknown");
    perf.remedy = kPermit;
  } else if (seccomp_filter_count() > 0) {
    perf.reason = "not permitted: a seccomp filter stands around this process, and perf says: " + perf_words(words);
    perf.remedy =
        "allow perf_event_open there (docker run --cap-add PERFMON --security-opt seccomp=unconfined; systemd: "
        "SystemCallFilter=perf_event_open)";
  } else {
    perf.reason = "perf cannot count here: " + perf_words(words);
    perf.remedy = fmt::format("{} stat true    # shows perf's whole answer", perf.path);
  }
}

constexpr const char* kUsualName = "perf";

PerfAvailability probe(const std::string& name) {
  PerfAvailability perf;
  const auto path = find_program(name);
  if (!path) {
    perf.reason = fmt::format("there is no program {}", name);
    perf.remedy = name == kUsualName ? how_to_install_perf(read_text_file("/etc/os-release").value_or(""), "")
                                     : fmt::format("copybenchd serve --perf {}    # or the path of another one", kUsualName);
    return perf;
  }
  perf.path = *path;
  const auto version =
      run_command({.argv = {*path, "--version"}, .environment = PerfControl::environment()}, kProbeLimit);
  constexpr std::string_view kPrefix = "perf version ";
  if (!version || !version->status.success() || !version->out.starts_with(kPrefix)) {
    const std::string said = version ? clean_text(version->err + version->out) : "";
    perf.reason = version ? in_one_line(said) : version.error().message;
    // A program that is there and hangs, or writes without end, is not mended by installing it.
    perf.remedy = version
                      ? how_to_install_perf(read_text_file("/etc/os-release").value_or(""), said)
                      : fmt::format("{} --version    # shows where it hangs; copybenchd serve --perf takes another one", *path);
    return perf;
  }
  perf.version = clean_text(version->out.substr(kPrefix.size()));
  perf.version.erase(std::min(perf.version.find_first_of(" \n"), perf.version.size()));
  int major = 0;
  int minor = 0;
  if (std::sscanf(perf.version.c_str(), "%d.%d", &major, &minor) == 2 && (major < 5 || (major == 5 && minor < 9))) {
    perf.reason = fmt::format("perf {} is too old: the control channel needs 5.9 or later", perf.version);
    perf.remedy = how_to_install_perf(read_text_file("/etc/os-release").value_or(""), "");
    return perf;
  }

  const std::vector<std::string> events{"task-clock", "context-switches"};
  perf.json = true;
  Answer answer = try_events(perf, events, kProbeLimit);
  if (answer.refusal.find("unknown switch") != std::string::npos) {
    perf.json = false;  // before perf 6.0
    answer = try_events(perf, events, kProbeLimit);
  }
  if (!answer.failure.empty()) {
    perf.reason = answer.failure;
    perf.remedy = fmt::format("{} stat true    # shows where it hangs; copybenchd serve --perf takes another one", perf.path);
  } else if (answer.readings.empty()) {
    explain_refusal(perf, answer.refusal);
  } else if (!answer.readings[0].value) {
    explain_refusal(perf, answer.readings[0].reason);
  } else {
    perf.usable = true;
    if (!answer.readings[1].value) {
      perf.user_space_only = true;
      perf.reason =
          fmt::format("it may count user space only (kernel.perf_event_paranoid is {}, CAP_PERFMON is missing)",
                      sysctl_int("kernel.perf_event_paranoid").value_or(2));
      perf.remedy = kPermit;
    }
  }
  return perf;
}

EventSupport support_from(const CounterReading& reading) {
  EventSupport support{.event = reading.event, .works = reading.value.has_value(), .accepted = true, .reason = {}};
  if (!support.works) {
    support.reason = reading.reason == "not supported" ? "not supported by this machine" : reading.reason;
  }
  return support;
}

EventSupport refused(const std::string& event, std::string_view words) {
  const bool unknown = words.find("event syntax error") != std::string_view::npos;
  return {.event = event,
          .works = false,
          .accepted = false,
          .reason = (unknown ? "unknown to perf: " : "refused by perf: ") + perf_words(words)};
}

}  // namespace

std::string how_to_install_perf(std::string_view os_release, std::string_view perf_said) {
  // The wrapper of Ubuntu and its derivatives names the package of the running kernel.
  constexpr std::string_view kTools = "linux-tools-";
  if (const auto at = perf_said.find(kTools); at != perf_said.npos) {
    constexpr std::string_view kOfNames = "abcdefghijklmnopqrstuvwxyz0123456789.+-";
    const auto name = perf_said.substr(at, perf_said.find_first_not_of(kOfNames, at) - at);
    if (name.size() > kTools.size()) return "sudo apt-get install " + std::string(name);
  }
  const auto is = [&](std::string_view id) {
    for (std::string_view rest = os_release; !rest.empty();) {
      const auto line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
      if (!line.starts_with("ID=") && !line.starts_with("ID_LIKE=")) continue;
      std::string words = " " + std::string(line.substr(line.find('=') + 1)) + " ";
      std::replace(words.begin(), words.end(), '"', ' ');
      if (words.find(" " + std::string(id) + " ") != words.npos) return true;
    }
    return false;
  };
  if (is("ubuntu")) return "sudo apt-get install linux-tools-common linux-tools-generic";
  if (is("debian")) return "sudo apt-get install linux-perf";
  if (is("fedora") || is("rhel")) return "sudo dnf install perf";
  if (is("arch")) return "sudo pacman -S perf";
  return "install perf, of the kernel's tools (linux-perf, linux-tools or perf)";
}

PerfProbe::PerfProbe(std::string perf_path) : perf_path_(std::move(perf_path)) {}

const PerfAvailability& PerfProbe::availability() {
  std::lock_guard lock(probing_);
  if (!availability_) availability_ = probe(perf_path_);
  return *availability_;
}

PerfProbe::Quiet::Quiet(PerfProbe& probe) : probe_(probe) {
  std::unique_lock lock(probe_.mutex_);
  ++probe_.quiet_;
  probe_.asked_.wait(lock, [&] { return !probe_.asking_; });
}

PerfProbe::Quiet::~Quiet() {
  std::lock_guard lock(probe_.mutex_);
  --probe_.quiet_;
}

// Runs `starts_perf` for a caller that must not disturb a measurement. Returns false if quiet is held or another such call runs.
bool PerfProbe::run_for_others(const std::function<void()>& starts_perf) {
  {
    std::lock_guard lock(mutex_);
    if (quiet_ > 0 || asking_) return false;
    asking_ = true;
  }
  struct Done {
    PerfProbe& probe;
    ~Done() {
      {
        std::lock_guard lock(probe.mutex_);
        probe.asking_ = false;
      }
      probe.asked_.notify_all();
    }
  } done{*this};
  starts_perf();
  return true;
}

std::vector<EventSupport> PerfProbe::support(const std::vector<std::string>& events) {
  const PerfAvailability& perf = availability();
  const auto found = ask(perf, events, kProbeLimit, [](const std::function<void()>& starts_perf) {
    starts_perf();
    return true;
  });
  std::vector<EventSupport> all;
  for (const auto& event : events) all.push_back(found.at(event));
  return all;
}

std::vector<EventSupport> PerfProbe::support_without_disturbing(const std::vector<std::string>& events) {
  int left = kMostForOthers;
  const auto run = [&](const std::function<void()>& starts_perf) { return left-- > 0 && run_for_others(starts_perf); };
  const PerfAvailability* perf = nullptr;
  if (std::unique_lock lock(probing_, std::try_to_lock); lock && availability_) perf = &*availability_;
  if (perf == nullptr && !run_for_others([&] { perf = &availability(); })) return {};
  const Answers found = ask(*perf, events, kOthersLimit, run);
  std::vector<EventSupport> known;
  for (const auto& event : events) {
    if (const auto at = found.find(event); at != found.end()) known.push_back(at->second);
  }
  return known;
}

void PerfProbe::remember(const EventSupport& event) {
  std::lock_guard lock(mutex_);
  if (events_.size() >= kMostRemembered && !events_.contains(event.event)) events_.clear();
  events_[event.event] = event;
}

PerfProbe::Answers PerfProbe::ask(const PerfAvailability& perf, const std::vector<std::string>& events, Nanoseconds limit,
                                  const Run& run) {
  Answers found;
  std::vector<std::vector<std::string>> open(1);  // each group is probed in one perf run
  {
    std::lock_guard lock(mutex_);
    for (const auto& event : events) {
      if (const auto known = events_.find(event); known != events_.end()) {
        found.insert(*known);
      } else if (const auto problem = event_name_problem(event)) {
        found[event] = {event, false, false, "no event's name: it " + *problem};
      } else if (!perf.usable) {
        found[event] = {event, false, false, perf.reason};
      } else if (std::find(open[0].begin(), open[0].end(), event) == open[0].end()) {
        open[0].push_back(event);
      }
    }
  }
  const auto learn = [&](const EventSupport& support) {
    found[support.event] = support;
    remember(support);
  };
  while (!open.empty()) {
    const std::vector<std::string> asked = std::move(open.back());
    open.pop_back();
    if (asked.empty()) continue;
    Answer answer;
    if (!run([&] { answer = try_events(perf, asked, limit); })) break;
    if (!answer.failure.empty()) {
      // A failure says nothing about the events, so it is not remembered.
      for (const auto& event : asked) found[event] = {event, false, false, "perf could not be asked: " + answer.failure};
    } else if (!answer.readings.empty()) {
      for (const auto& reading : answer.readings) {
        learn(support_from(reading));
        // With many events at once, one may not have been scheduled on the counters.
        if (reading.reason.find("not counted") != std::string::npos && asked.size() > 1) open.push_back({reading.event});
      }
    } else if (asked.size() == 1) {
      learn(refused(asked.front(), answer.refusal));
    } else {
      std::vector<std::string> others = asked;
      if (const auto bad = quoted_event(answer.refusal, asked)) {
        learn(refused(*bad, answer.refusal));
        std::erase(others, *bad);
        open.push_back(std::move(others));
      } else {
        const auto half = others.begin() + static_cast<std::ptrdiff_t>(others.size() / 2);
        open.emplace_back(others.begin(), half);
        open.emplace_back(half, others.end());
      }
    }
  }
  return found;
}

}  // namespace copybench
