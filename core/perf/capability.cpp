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
#include "core/model/events.h"
#include "core/perf/perf_stat.h"

namespace copybench {
namespace {

// Names that anyone may have asked about; what is forgotten is asked again.
constexpr size_t kMostRemembered = 1000;

constexpr Nanoseconds kProbeLimit = std::chrono::seconds{10};
constexpr const char* kInstall = "sudo apt-get install linux-perf";
constexpr const char* kPermit = "sudo sysctl kernel.perf_event_paranoid=1";

// What perf said of the events: readings in their order, or its own words where it refused to start.
Result<std::vector<CounterReading>> try_events(const PerfAvailability& perf, const std::vector<std::string>& events) {
  const UniqueFd output(::memfd_create("perf-probe", MFD_CLOEXEC));
  if (!output) return tl::unexpected(system_error("memory for perf's output", errno));
  SubprocessOptions options;
  options.argv = {perf.path, "stat", perf.json ? "-j" : "-x,", "--log-fd", "3"};
  for (const auto& event : events) {
    options.argv.emplace_back("-e");
    options.argv.push_back(event);
  }
  options.argv.insert(options.argv.end(), {"--", "true"});
  options.inherit = {{output.get(), 3}};
  options.environment = PerfControl::environment();
  const auto ran = run_command(options, kProbeLimit);
  if (!ran) return tl::unexpected(ran.error());
  if (!ran->status.success()) return fail(ran->err);

  std::string text(1 << 16, '\0');
  const ssize_t got = ::pread(output.get(), text.data(), text.size(), 0);
  text.resize(static_cast<size_t>(std::max<ssize_t>(got, 0)));
  const auto rows = parse_perf_output(text);
  if (!rows) return tl::unexpected(rows.error());
  return combine_rows(*rows, events, PerfScope::task);
}

// The line of perf's complaint that says what is wrong: the one under the arrow, else the first that is no heading.
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

// Not permitted: by the sysctl, or by whoever put this process into a sandbox.
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

PerfAvailability probe(const std::string& name) {
  PerfAvailability perf;
  const auto path = find_program(name);
  if (!path) {
    perf.reason = fmt::format("there is no program {}", name);
    perf.remedy = kInstall;
    return perf;
  }
  perf.path = *path;
  const auto version =
      run_command({.argv = {*path, "--version"}, .environment = PerfControl::environment()}, kProbeLimit);
  constexpr std::string_view kPrefix = "perf version ";
  if (!version || !version->status.success() || !version->out.starts_with(kPrefix)) {
    perf.reason = version ? perf_words(version->err + version->out) : version.error().message;
    perf.remedy = kInstall;
    return perf;
  }
  perf.version = version->out.substr(kPrefix.size());
  perf.version.erase(std::min(perf.version.find_first_of(" \n"), perf.version.size()));
  int major = 0;
  int minor = 0;
  if (std::sscanf(perf.version.c_str(), "%d.%d", &major, &minor) == 2 && (major < 5 || (major == 5 && minor < 9))) {
    perf.reason = fmt::format("perf {} is too old: the control channel needs 5.9 or later", perf.version);
    perf.remedy = kInstall;
    return perf;
  }

  const std::vector<std::string> events{"task-clock", "context-switches"};
  perf.json = true;
  auto readings = try_events(perf, events);
  if (!readings && readings.error().message.find("unknown switch") != std::string::npos) {
    perf.json = false;  // before perf 6.0
    readings = try_events(perf, events);
  }
  if (!readings) {
    explain_refusal(perf, readings.error().message);
  } else if (!readings->at(0).value) {
    explain_refusal(perf, readings->at(0).reason);
  } else {
    perf.usable = true;
    if (!readings->at(1).value) {
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

PerfProbe::PerfProbe(std::string perf_path) : perf_path_(std::move(perf_path)) {}

const PerfAvailability& PerfProbe::availability() {
  std::lock_guard lock(mutex_);
  return availability_locked();
}

const PerfAvailability& PerfProbe::availability_locked() {
  if (!availability_) availability_ = probe(perf_path_);
  return *availability_;
}

PerfProbe::Quiet::Quiet(PerfProbe& probe) : probe_(probe) {
  std::lock_guard lock(probe_.mutex_);
  ++probe_.quiet_;
}

PerfProbe::Quiet::~Quiet() {
  std::lock_guard lock(probe_.mutex_);
  --probe_.quiet_;
}

std::vector<EventSupport> PerfProbe::support(const std::vector<std::string>& events) {
  std::lock_guard lock(mutex_);
  return support_locked(events);
}

std::vector<EventSupport> PerfProbe::support_without_disturbing(const std::vector<std::string>& events) {
  std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock) return {};
  if (quiet_ == 0) {
    if (events_.size() > kMostRemembered) events_.clear();
    return support_locked(events);
  }
  std::vector<EventSupport> known;
  for (const auto& event : events) {
    if (const auto found = events_.find(event); found != events_.end()) known.push_back(found->second);
  }
  return known;
}

std::vector<EventSupport> PerfProbe::support_locked(const std::vector<std::string>& events) {
  const auto& perf = availability_locked();
  std::vector<std::string> unknown;
  for (const auto& event : events) {
    if (events_.contains(event) || std::find(unknown.begin(), unknown.end(), event) != unknown.end()) continue;
    if (const auto problem = event_name_problem(event)) {
      events_[event] = {event, false, false, "no event's name: it " + *problem};
    } else if (!perf.usable) {
      events_[event] = {event, false, false, perf.reason};
    } else {
      unknown.push_back(event);
    }
  }
  std::vector<std::string> alone;  // to be tried again one by one
  if (!unknown.empty()) {
    if (const auto readings = try_events(perf, unknown)) {
      for (const auto& reading : *readings) {
        // With many events at once, one may not have got its turn on the counters.
        if (reading.reason.find("not counted") != std::string::npos && unknown.size() > 1)
          alone.push_back(reading.event);
        events_[reading.event] = support_from(reading);
      }
    } else if (unknown.size() > 1) {
      alone = unknown;
    } else {
      events_[unknown.front()] = refused(unknown.front(), readings.error().message);
    }
  }
  for (const auto& event : alone) {
    const auto readings = try_events(perf, {event});
    events_[event] = readings ? support_from(readings->front()) : refused(event, readings.error().message);
  }
  std::vector<EventSupport> result;
  for (const auto& event : events) result.push_back(events_.at(event));
  return result;
}

}  // namespace copybench
