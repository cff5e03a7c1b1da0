// `perf stat` around the engine: its command line, its control channel, and the parser of its output.
//
// The control channel and the output go over inherited descriptors (--control fd:CTL,ACK and --log-fd), so that a run
// leaves no file behind. Counting starts switched off (-D -1); enable() and disable() bound the window.
//
// A user who may count only user space (kernel.perf_event_paranoid 2 without CAP_PERFMON) gets "cycles:u" from perf for
// cycles, and a context-switches:u that is always 0. The copies run in the kernel, so such rows do not count as values.
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/json.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/base/unique_fd.h"

namespace copybench {

// One row of perf's output: one event on one PMU.
struct PerfRow {
  std::string event;            // as printed: "cpu-cycles", "cpu_core/cycles/"
  std::optional<double> value;  // none: <not supported>, <not counted>, nan
  std::string missing;          // perf's own term if there is no value: "not supported", "not counted", "nan"
  std::string unit;             // "", "msec", or an event's own unit: "Joules"
  int64_t runtime_ns = 0;
  double running_pct = 0;       // share of the enabled time in which it was counted, 0 to 100
};

struct PerfOutput {
  std::vector<PerfRow> rows;
  std::string problem;  // describes the first malformed line, as part of a sentence; empty if there is none
};

// Parses either format of `perf stat`, line by line. Skips lines without an event (metrics, comments, blank lines) and malformed
// lines, so that other output of perf costs no row its value.
PerfOutput parse_perf_output(std::string_view text);

// What a run stores for one event.
struct CounterReading {
  std::string event;            // the requested name
  std::optional<double> value;  // in `unit`; none if the machine cannot provide it
  std::string unit;             // "count" or "ns" (task-clock, cpu-clock: perf's msec converted), both integers
  std::string reason;           // why there is no value; empty if there is one
  double running_pct = 0;       // below 100: the value is extrapolated from that share of the time
  std::string_view code = {};   // of a reason that differs from run to run: kOtherInterval; empty for all others
};

// The reason for an event without a row.
constexpr std::string_view kNoRow = "perf printed no row for it";

enum class PerfScope { task, system_wide };

// Combines the rows of each requested event: one reading per event, in the requested order. perf may print an event under an
// alias (cycles for cpu-cycles), with its PMU (cpu_core/cycles/) or with modifiers (cycles:u).
// Hybrid CPUs have one row per core type. System-wide values are added. For a task, perf has scaled each value by 1/share of the
// time on that core type, so value x share is added (the runtimes give more exact shares than the printed ones). Shares with a
// sum below 100 % mean multiplexing as well, which is extrapolated as perf does. There is no value if a core type that the task
// used lacks the event, since a part is not a total. Nor is there one if the rows cannot be distinguished from those of another
// requested event on a PMU that is not a CPU's (cycles beside arm_dsu_0/cycles/).
std::vector<CounterReading> combine_rows(const std::vector<PerfRow>& rows, const std::vector<std::string>& asked,
                                         PerfScope scope);

// [{"event", "value" (null: none), "unit", "running_pct", "reason" and "code" (only if there is no value)}]
Json to_json(const std::vector<CounterReading>& readings);

// Why perf did not execute a command.
struct PerfControlError : Error {
  bool late = false;  // it runs and did not acknowledge in time
};

// Our ends of the channel, and the child's ends with their descriptor numbers in the child.
class PerfControl {
 public:
  // The descriptors' numbers in perf.
  static constexpr int kControl = 3;
  static constexpr int kAck = 4;
  static constexpr int kOutput = 5;
  static constexpr size_t kMostOutput = 1 << 20;

  static Result<PerfControl> create();

  static std::string control_option();  // the value of --control

  // argv of perf up to and with "--": append the command to be counted. json: `-j` (perf 6.0 and later), else `-x,`.
  std::vector<std::string> argv(const std::string& perf_path, const std::vector<std::string>& events, bool json) const;
  // For SubprocessOptions::environment: no decimal commas by the locale, no user's perfconfig. The counted command
  // inherits it.
  static std::vector<std::pair<std::string, std::string>> environment();
  // For SubprocessOptions::inherit. perf passes these descriptors on to the counted command.
  std::vector<std::pair<int, int>> inherit() const;
  // Call after the child was spawned: closes our copies of the child's ends.
  void spawned();

  // Write the command and wait for perf's "ack". An error names the command and the time waited. The first enable() also waits
  // for perf's start. SIGPIPE must be ignored.
  tl::expected<void, PerfControlError> enable(Nanoseconds at_most);
  tl::expected<void, PerfControlError> disable(Nanoseconds at_most);

  // perf's output as clean text, complete once perf has ended. Bytes beyond kMostOutput are left out.
  Result<std::string> output() const;
  int output_fd() const { return output_.get(); }

 private:
  PerfControl() = default;
  tl::expected<void, PerfControlError> command(std::string_view word, Nanoseconds at_most);
  UniqueFd control_write_, ack_read_, control_read_, ack_write_, output_;
};

}  // namespace copybench
