// Notifies threads that the store has changed. A counter without data: a thread that wakes reads the store, so no change can be
// lost. The scheduler raises it between windows only, so that waiting event streams cost a run no CPU time.
// Threads: every member function may be called from any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace copybench {

class ChangeNotifier {
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

  // Counts a change without waking a thread. Waiters see it when their wait ends. For changes within a window.
  void note() {
    std::lock_guard lock(mutex_);
    ++generation_;
  }

  // Ends every wait, now and later. Call when the daemon stops.
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

  // Waits until the counter differs from `seen`, close() was called, or the time is over. Returns the counter.
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
