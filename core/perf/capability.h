// Finds what perf can count here. Runs perf itself on a trivial command, since no other test is reliable.
// Threads: any. PerfProbe is internally locked, and holds no lock while perf runs except for the first probe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.h"

namespace copybench {

struct EventSupport {
  std::string event;
  bool works = false;
  bool accepted = false;  // perf starts with it, whether or not it yields a value
  std::string reason;  // if it does not work: "not supported by this machine", "unknown to perf: <its message>", ...
};

struct PerfAvailability {
  bool usable = false;       // perf exists and may count this user's own processes
  bool user_space_only = false;  // but not their work in the kernel, where the copies are: most events have no value
  std::string path;          // empty if there is no perf
  std::string version;       // "6.1.187"
  bool json = false;         // supports -j
  std::string reason;        // why it is not usable, or only in user space
  std::string remedy;        // the command that fixes that; empty if nothing has to be fixed
};

// The command that installs perf on the distribution of os_release (/etc/os-release). perf_said: the output of a wrapper in
// perf's place, which may name the package; "" if there is no wrapper. Pure.
std::string how_to_install_perf(std::string_view os_release, std::string_view perf_said);

class PerfProbe {
 public:
  // perf_path: the program's name or path ("perf").
  explicit PerfProbe(std::string perf_path);

  // Probes once, at the first call (some 20 ms).
  const PerfAvailability& availability();
  // Runs perf once for the events that are not known yet (some 10 ms; one more run for each that perf refuses) and remembers the
  // results. An event that perf refuses ("unknown to perf", an invalid name) would make a whole run of perf fail: `accepted` is
  // false. An event that is not supported is accepted. Must not be called within a window.
  std::vector<EventSupport> support(const std::vector<std::string>& events);

  // Held by the measuring thread from before a run's window until after it: no other thread starts perf meanwhile. The
  // constructor waits for a perf that another thread has already started. There is at most one, and it has the limit
  // kOthersLimit.
  class [[nodiscard]] Quiet {
   public:
    explicit Quiet(PerfProbe& probe);
    ~Quiet();
    Quiet(const Quiet&) = delete;
    Quiet& operator=(const Quiet&) = delete;

   private:
    PerfProbe& probe_;
  };
  // support() for callers that must not disturb a measurement. Does not wait for others. Starts perf at most kMostForOthers
  // times, and not at all while quiet is held. Leaves out events that are then still unknown.
  std::vector<EventSupport> support_without_disturbing(const std::vector<std::string>& events);

  static constexpr int kMostForOthers = 4;
  static constexpr std::chrono::seconds kOthersLimit{1};

 private:
  using Answers = std::map<std::string, EventSupport>;
  // Runs `starts_perf`, or returns false if perf must not be started now.
  using Run = std::function<bool(const std::function<void()>& starts_perf)>;

  bool run_for_others(const std::function<void()>& starts_perf);
  Answers ask(const PerfAvailability& perf, const std::vector<std::string>& events, Nanoseconds limit, const Run& run);
  void remember(const EventSupport& event);

  const std::string perf_path_;
  std::mutex probing_;  // held during the single probe of perf itself
  std::optional<PerfAvailability> availability_;

  std::mutex mutex_;  // guards the members below; never held while perf runs
  Answers events_;
  int quiet_ = 0;        // number of Quiet objects
  bool asking_ = false;  // run_for_others() has started a perf
  std::condition_variable asked_;
};

}  // namespace copybench
