// A child process that receives orders and sends reports: the engine (under perf or not) or the load. See
// core/wire/orders.h.
//
// Lifetime: the destructor kills the child's whole process group. Threads: one at a time.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/json.h"
#include "core/base/lines.h"
#include "core/base/subprocess.h"
#include "core/wire/greeting.h"

namespace copybench {

class Worker {
 public:
  // name: "engine" or "load", for messages. under_perf: the process is perf, and the worker is perf's child.
  static Result<Worker> spawn(std::string name, const SubprocessOptions& options, bool under_perf = false);

  const std::string& name() const { return name_; }
  Subprocess& process() { return process_; }
  const Subprocess& process() const { return process_; }
  Result<void> give_order(const char* word);
  Result<void> give_token(const RunToken& token);

  // Reads what the child has written to stdout and stderr. A line that is no report is an error.
  Result<void> read();
  std::optional<Json> next_report();
  // Whether the child itself reported why it ends.
  bool reported_error() const { return !error_report_.empty(); }

  // Its error report if it made one, else the end of its stderr; "" if it wrote nothing.
  std::string last_words() const;

  // "the engine ended before its time (exit status 3)", or the same of perf.
  std::string describe_end(const ExitStatus& status) const;
  // "the engine", or perf with the engine if the process is perf.
  std::string describe_process() const;
  // Which of the worker's processes a signal has stopped: "perf", "the engine"; none while all of them can run.
  std::optional<std::string> stopped() const;

 private:
  Worker(std::string name, Subprocess process, bool under_perf)
      : name_(std::move(name)), process_(std::move(process)), under_perf_(under_perf) {}
  Result<void> write(const std::string& line);
  Result<void> read_stdout();
  void read_stderr();
  void append_stderr(std::string_view text);

  std::string name_;
  Subprocess process_;
  bool under_perf_ = false;
  LineBuffer lines_;
  std::deque<Json> reports_;
  std::string stderr_tail_;
  std::string error_report_;
};

}  // namespace copybench
