// Asynchronous writer of the log. A caller queues its line and continues; the drain's thread writes it. So a pipe that nobody
// reads, a full disk or a journal that hangs delays neither a response nor a measurement. If the queue is full, the oldest lines
// are dropped, and a line says how many once writing works again.
//
// Threads: put() and flush() by any. The drain's thread sleeps while no lines come. Lifetime: the destructor waits a limited time
// for unwritten lines, and abandons a writer that is stuck.
#pragma once

#include <spdlog/common.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/base/log_event.h"
#include "core/base/result.h"

namespace copybench {

struct LogLine {
  spdlog::log_clock::time_point time;
  spdlog::level::level_enum level = spdlog::level::info;
  std::string text;
  LogFields fields;  // of an event; else empty
};

struct LogDrainLimits {
  size_t lines = 4096;
  size_t bytes = 4 << 20;
  std::chrono::milliseconds at_end{1000};  // for unwritten lines
};

class LogDrain {
 public:
  // Called only on the drain's thread; may block. Returns false if the line could not be written, which counts as dropped.
  using Write = std::function<bool(const LogLine&)>;

  // Fails if no thread can be started.
  static Result<std::unique_ptr<LogDrain>> start(Write write, LogDrainLimits limits = {});
  ~LogDrain();
  LogDrain(const LogDrain&) = delete;
  LogDrain& operator=(const LogDrain&) = delete;

  void put(LogLine line);
  // Waits until all queued lines are written, at most this long. Returns false if they are not.
  bool flush(std::chrono::milliseconds at_most);

 private:
  struct State;
  explicit LogDrain(std::shared_ptr<State> state) : state_(std::move(state)) {}
  static void run(const std::shared_ptr<State>& state);
  // Shared with the thread, which may outlive the drain.
  const std::shared_ptr<State> state_;
};

}  // namespace copybench
