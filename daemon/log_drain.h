// Lines of the log on their way out. Whoever logs leaves its line here and goes on; a thread of the drain writes it. So a pipe
// that nobody reads, a full disk or a journal that hangs delays neither an answer nor a measurement. Where more lines wait
// than are kept, the oldest are dropped, and a line says how many once writing goes on.
//
// Threads: put() and flush() any. The thread sleeps unless lines come. Lifetime: the destructor waits a moment for what is
// not written yet, and leaves behind a writer that is stuck.
#pragma once

#include <spdlog/common.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/base/result.h"

namespace copybench {

struct LogLine {
  spdlog::log_clock::time_point time;
  spdlog::level::level_enum level = spdlog::level::info;
  std::string text;
};

struct LogDrainLimits {
  size_t lines = 4096;
  size_t bytes = 4 << 20;
  std::chrono::milliseconds at_end{1000};  // for what is not written yet
};

class LogDrain {
 public:
  // Called on the drain's thread alone; may wait for as long as it takes. False: the line could not be written, and counts as
  // dropped.
  using Write = std::function<bool(const LogLine&)>;

  // Fails where there is no thread to be had.
  static Result<std::unique_ptr<LogDrain>> start(Write write, LogDrainLimits limits = {});
  ~LogDrain();
  LogDrain(const LogDrain&) = delete;
  LogDrain& operator=(const LogDrain&) = delete;

  void put(LogLine line);
  // Until all is written that was put, at most so long. False: it was not.
  bool flush(std::chrono::milliseconds at_most);

 private:
  struct State;
  explicit LogDrain(std::shared_ptr<State> state) : state_(std::move(state)) {}
  static void run(const std::shared_ptr<State>& state);
  // Shared with the thread, which may outlive the drain.
  const std::shared_ptr<State> state_;
};

}  // namespace copybench
