// "Something in the store has changed": a counter with waiting. It carries no data, so nothing can be lost in it; who is
// woken reads the store. The scheduler raises it between windows only, so that waiting event streams cost a run nothing.
// All member functions may be called from any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace copybench {

class ChangeSignal {
 public:
  uint64_t current() const {
    std::lock_guard lock(mutex_);
    return generation_;
  }

  void raise() {
    {
      std::lock_guard lock(mutex_);
      ++generation_;
    }
    changed_.notify_all();
  }

  // The counter moves, but nobody is woken: who waits sees it at the latest when the wait is over. For changes that come at
  // any time, within a window too.
  void note() {
    std::lock_guard lock(mutex_);
    ++generation_;
  }

  // After close() every wait returns at once: the daemon is stopping.
  void close() {
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
  }

  bool closed() const {
    std::lock_guard lock(mutex_);
    return closed_;
  }

  // Waits until the counter differs from `seen`, the signal is closed, or the time is over. Returns the counter.
  uint64_t wait(uint64_t seen, std::chrono::milliseconds at_most) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, at_most, [&] { return generation_ != seen || closed_; });
    return generation_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t generation_ = 0;
  bool closed_ = false;
};

}  // namespace copybench
