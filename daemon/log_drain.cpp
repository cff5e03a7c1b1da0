#include "daemon/log_drain.h"

#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace copybench {

struct LogDrain::State {
  Write write;
  LogDrainLimits limits;
  std::mutex mutex;
  std::condition_variable wake;
  std::condition_variable written;
  std::deque<LogLine> lines;
  size_t bytes = 0;
  uint64_t dropped = 0;  // and not reported yet
  bool writing = false;
  bool ending = false;
};

namespace {

LogLine report_of(uint64_t dropped) {
  const auto fields =
      fields_of_event("log_dropped", {{"lines", dropped}},
                      fmt::format("{} lines of the log were dropped, as they could not be written in time", dropped));
  return {spdlog::log_clock::now(), spdlog::level::warn, to_logfmt(fields), fields};
}

}  // namespace

Result<std::unique_ptr<LogDrain>> LogDrain::start(Write write, LogDrainLimits limits) {
  auto state = std::make_shared<State>();
  state->write = std::move(write);
  state->limits = limits;
  // Blocks signals in the new thread: they are for the thread that waits for them, which may not have blocked them yet.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  std::string failure;
  try {
    std::thread([state] { run(state); }).detach();
  } catch (const std::system_error& error) {
    failure = error.code().message();
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (!failure.empty()) {
    return fail(fmt::format("cannot start the thread of the log: {}. Raise the limit of processes (ulimit -u, TasksMax=)", failure));
  }
  return std::unique_ptr<LogDrain>(new LogDrain(std::move(state)));
}

LogDrain::~LogDrain() {
  flush(state_->limits.at_end);
  std::lock_guard lock(state_->mutex);
  state_->ending = true;
  state_->wake.notify_all();
}

void LogDrain::put(LogLine line) {
  std::lock_guard lock(state_->mutex);
  state_->bytes += line.text.size();
  state_->lines.push_back(std::move(line));
  while (state_->lines.size() > state_->limits.lines || (state_->bytes > state_->limits.bytes && state_->lines.size() > 1)) {
    state_->bytes -= state_->lines.front().text.size();
    state_->lines.pop_front();
    ++state_->dropped;
  }
  state_->wake.notify_one();
}

bool LogDrain::flush(std::chrono::milliseconds at_most) {
  std::unique_lock lock(state_->mutex);
  return state_->written.wait_for(lock, at_most, [&] { return state_->lines.empty() && !state_->writing; });
}

void LogDrain::run(const std::shared_ptr<State>& state) {
  ::pthread_setname_np(::pthread_self(), "log");
  std::unique_lock lock(state->mutex);
  for (;;) {
    state->wake.wait(lock, [&] { return state->ending || !state->lines.empty(); });
    if (state->ending) return;
    LogLine line = std::move(state->lines.front());
    state->lines.pop_front();
    state->bytes -= line.text.size();
    state->writing = true;
    lock.unlock();
    bool written = state->write(line);
    lock.lock();
    if (!written) ++state->dropped;
    if (const uint64_t dropped = written ? std::exchange(state->dropped, 0) : 0; dropped > 0) {
      lock.unlock();
      written = state->write(report_of(dropped));
      lock.lock();
      if (!written) state->dropped += dropped;
    }
    state->writing = false;
    if (state->lines.empty()) state->written.notify_all();
  }
}

}  // namespace copybench
