// `perf stat` around the engine: its command line, its control channel, and what its output says.
//
// The control channel and the output go over inherited descriptors (--control fd:CTL,ACK and --log-fd), so that a run
// leaves no file behind. Counting starts switched off (-D -1); enable() and disable() bound the window.
//
// Whoever may count user space only (kernel.perf_event_paranoid 2 without CAP_PERFMON) gets "cycles:u" from perf where
// cycles were asked for, and a context-switches:u that is always 0. The copies run in the kernel: such rows are no
// values.
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
  std::string missing;          // perf's own word where there is no value: "not supported", "not counted", "nan"
  std::string unit;             // "", "msec", or whatever an event of its own has: "Joules"
  int64_t runtime_ns = 0;
  double running_pct = 0;       // of the time that the event was counted, 0 to 100
};

struct PerfOutput {
  std::vector<PerfRow> rows;
  std::string problem;  // the first line that was not understood, in a sentence's part; empty: there is none
};

// Either format of `perf stat`, line by line. Lines without an event (metrics, comments, blank ones) are passed over, and so are
// those that are neither: what perf prints beside its rows takes no other row's value.
PerfOutput parse_perf_output(std::string_view text);

// What a run stores for one event.
struct CounterReading {
  std::string event;            // the name that was asked for
  std::optional<double> value;  // in `unit`; none where the machine cannot give it
  std::string unit;             // "count" or "ns" (task-clock, cpu-clock: perf's msec converted), both integers
  std::string reason;           // why there is no value; empty where there is
  double running_pct = 0;       // below 100: the value is extrapolated from that share of the time
};

// The reason of an event for which there was no row.
constexpr std::string_view kNoRow = "perf printed no row for it";

enum class PerfScope { task, system_wide };

// Brings the rows of each asked-for event together; one reading per asked event, in its order. perf may print an event
// under an alias (cycles for cpu-cycles), with its PMU (cpu_core/cycles/) or with modifiers (cycles:u).
// Hybrid CPUs print one row per core type. System-wide they add up. For a task perf has scaled each by 1/share of the
// time on that core type: value x share is added (the runtimes give the shares finer than they are printed), and shares
// that together stay below 100 % mean multiplexing besides, which is extrapolated as perf does. A core type that lacks
// the event while the task used it leaves no value, since a part is no total. Neither does an event whose rows cannot be told from
// those of another that was asked for by a PMU that is no CPU's (cycles beside arm_dsu_0/cycles/).
std::vector<CounterReading> combine_rows(const std::vector<PerfRow>& rows, const std::vector<std::string>& asked,
                                         PerfScope scope);

// [{"event", "value" (null: none), "unit", "running_pct", "reason" (only where there is no value)}]
Json to_json(const std::vector<CounterReading>& readings);

// Why perf did not do as it was told.
struct PerfControlError : Error {
  bool late = false;  // it is there and did not answer in time
};

// Our ends of the channel, and the child's ends with the numbers they must have there.
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
  // For SubprocessOptions::inherit. perf hands these descriptors on to the counted command.
  std::vector<std::pair<int, int>> inherit() const;
  // After the child was spawned: closes our copies of the child's ends.
  void spawned();

  // Writes the command and waits for perf's "ack". An error says which and how long was waited. The first enable() also
  // waits for perf's start. Needs SIGPIPE ignored.
  tl::expected<void, PerfControlError> enable(Nanoseconds at_most);
  tl::expected<void, PerfControlError> disable(Nanoseconds at_most);

  // What perf has written, as clean text; complete once perf has ended. What is beyond kMostOutput is left out.
  Result<std::string> output() const;
  int output_fd() const { return output_.get(); }

 private:
  PerfControl() = default;
  tl::expected<void, PerfControlError> command(std::string_view word, Nanoseconds at_most);
  UniqueFd control_write_, ack_read_, control_read_, ack_write_, output_;
};

}  // namespace copybench
