// What perf can count here. Probed by running perf itself on a trivial command: the only answer that holds.
// Threads: PerfProbe is internally locked.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

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

class PerfProbe {
 public:
  // perf_path: the program's name or path ("perf").
  explicit PerfProbe(std::string perf_path);

  // Probed once, at the first call (some 20 ms).
  const PerfAvailability& availability();
  // One perf run for the events that were not asked for before (some 10 ms; one each where perf refuses one of them),
  // remembered afterwards. An event that perf refuses ("unknown to perf", a name that is none) would make a whole run of
  // perf fail: `accepted` is false. One that is not supported is accepted. Must not be called within a window.
  std::vector<EventSupport> support(const std::vector<std::string>& events);

  // From before a run's window to after it, held by who measures: nobody else starts perf meanwhile. Waits for who does.
  class [[nodiscard]] Quiet {
   public:
    explicit Quiet(PerfProbe& probe);
    ~Quiet();
    Quiet(const Quiet&) = delete;
    Quiet& operator=(const Quiet&) = delete;

   private:
    PerfProbe& probe_;
  };
  // support() for those who must not disturb: without waiting, and where quiet is held without starting perf. Events of
  // which nothing is known then are left out.
  std::vector<EventSupport> support_without_disturbing(const std::vector<std::string>& events);

 private:
  const PerfAvailability& availability_locked();
  std::vector<EventSupport> support_locked(const std::vector<std::string>& events);

  std::string perf_path_;
  std::mutex mutex_;
  std::optional<PerfAvailability> availability_;
  std::map<std::string, EventSupport> events_;
  int quiet_ = 0;  // how many hold it
};

}  // namespace copybench
