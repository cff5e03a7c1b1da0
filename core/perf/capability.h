// What perf can count here. Probed by running perf itself on a trivial command: the only answer that holds.
// Threads: any; PerfProbe is internally locked, and
// holds no lock while perf runs but for the first probe.
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
  std::string reason;  // where it does not: "not supported by this machine", "unknown to perf: <its words>", ...
};

struct PerfAvailability {
  bool usable = false;       // perf exists and may count this user's own processes
  bool user_space_only = false;  // but not what they do in the kernel, where the copies are: most events have no value
  std::string path;          // empty where there is no perf
  std::string version;       // "6.1.187"
  bool json = false;         // knows -j
  std::string reason;        // why it is not usable, or in user space only
  std::string remedy;        // the command that mends that; empty where nothing is to be mended
};

// The command that installs perf on the distribution that /etc/os-release tells of. perf_said: what a wrapper said in perf's place,
// which may name the package; "" where nothing stood there. Pure.
std::string how_to_install_perf(std::string_view os_release, std::string_view perf_said);

class PerfProbe {
 public:
  // perf_path: the program's name or path ("perf").
  explicit PerfProbe(std::string perf_path);

  // Probed once, at the first call (some 20 ms).
  const PerfAvailability& availability();
  // One perf run for the events that were not asked for before (some 10 ms; one more for each that perf refuses), remembered
  // afterwards. An event that perf refuses ("unknown to perf", a name that is none) would make a whole run of perf fail: `accepted`
  // is false. One that is not supported is accepted. Must not be called within a window.
  std::vector<EventSupport> support(const std::vector<std::string>& events);

  // From before a run's window to after it, held by who measures: nobody else starts perf meanwhile. Waits for a perf that somebody
  // else has started already, one at the most, which is given kOthersLimit.
  class [[nodiscard]] Quiet {
   public:
    explicit Quiet(PerfProbe& probe);
    ~Quiet();
    Quiet(const Quiet&) = delete;
    Quiet& operator=(const Quiet&) = delete;

   private:
    PerfProbe& probe_;
  };
  // support() for those who must not disturb: without waiting for others, and where quiet is held without starting perf, else
  // kMostForOthers times. Events of which nothing is known then are left out.
  std::vector<EventSupport> support_without_disturbing(const std::vector<std::string>& events);

  static constexpr int kMostForOthers = 4;
  static constexpr std::chrono::seconds kOthersLimit{1};

 private:
  using Answers = std::map<std::string, EventSupport>;
  // Runs what starts perf, unless this may not be done now: false.
  using Run = std::function<bool(const std::function<void()>& starts_perf)>;

  bool run_for_others(const std::function<void()>& starts_perf);
  Answers ask(const PerfAvailability& perf, const std::vector<std::string>& events, Nanoseconds limit, const Run& run);
  void remember(const EventSupport& event);

  const std::string perf_path_;
  std::mutex probing_;  // held over the one probe of perf itself
  std::optional<PerfAvailability> availability_;

  std::mutex mutex_;  // of what follows; never held while perf runs
  Answers events_;
  int quiet_ = 0;        // how many hold it
  bool asking_ = false;  // somebody who must not disturb has started a perf
  std::condition_variable asked_;
};

}  // namespace copybench
