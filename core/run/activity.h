// Tracks what the daemon does for its clients while runs are measured. The API counts requests here. The difference over a
// window is stored with the run, so that its reader can weigh the disturbance. A heavy answer is one that takes much CPU
// time. While a window is open, it waits here before it begins, within limits; a window in turn waits for the heavy answers
// in progress.
// Threads: any.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <utility>

namespace copybench {

class ActivityCounter {
 public:
  explicit ActivityCounter(uint64_t requests = 0) : requests_(requests) {}

  void arrived() { requests_.fetch_add(1, std::memory_order_relaxed); }
  uint64_t requests() const { return requests_.load(std::memory_order_relaxed); }

  // While it exists, a heavy answer is in progress.
  class [[nodiscard]] HeavyAnswer {
   public:
    // Waits until no window is open, but no longer than at_most: a window may last for an hour, and the CPU time that is
    // used within it flags its run. After one answer has waited that long in a window, no other answer waits in it, because
    // the waits of many answers would add up.
    HeavyAnswer(ActivityCounter& activity, std::chrono::milliseconds at_most) : activity_(&activity) {
      std::unique_lock lock(activity.mutex_);
      const auto may_begin = [&] { return !activity.window_open_ || activity.outwaited_ || activity.stopping_; };
      if (!activity.changed_.wait_for(lock, at_most, may_begin) && at_most > std::chrono::milliseconds(0)) {
        activity.outwaited_ = true;
        activity.changed_.notify_all();
      }
      ++activity.heavy_;
    }
    ~HeavyAnswer() {
      {
        std::lock_guard lock(activity_->mutex_);
        --activity_->heavy_;
      }
      activity_->changed_.notify_all();
    }
    HeavyAnswer(const HeavyAnswer&) = delete;
    HeavyAnswer& operator=(const HeavyAnswer&) = delete;

   private:
    ActivityCounter* activity_;
  };

  // While it exists, a window is open. Waits first for the heavy answers in progress, but no longer than at_most. One at a
  // time.
  class [[nodiscard]] OpenWindow {
   public:
    OpenWindow(ActivityCounter& activity, std::chrono::milliseconds at_most) : activity_(&activity) {
      std::unique_lock lock(activity.mutex_);
      activity.window_open_ = true;  // from here on no further heavy answer begins
      activity.outwaited_ = false;
      activity.changed_.wait_for(lock, at_most, [&] { return activity.heavy_ == 0 || activity.stopping_; });
    }
    ~OpenWindow() {
      {
        std::lock_guard lock(activity_->mutex_);
        activity_->window_open_ = false;
      }
      activity_->changed_.notify_all();
    }
    OpenWindow(const OpenWindow&) = delete;
    OpenWindow& operator=(const OpenWindow&) = delete;

   private:
    ActivityCounter* activity_;
  };

  // Call when the daemon stops. Ends all waits.
  void stop() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
  }

 private:
  std::atomic<uint64_t> requests_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool window_open_ = false;
  bool outwaited_ = false;  // an answer has waited for at_most in the open window
  bool stopping_ = false;
  int64_t heavy_ = 0;
};

}  // namespace copybench
