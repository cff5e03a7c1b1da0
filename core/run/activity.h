// What the daemon does for its clients while runs are measured. The API counts requests here: the difference over a window is
// stored with the run as a disturbance that its reader may judge. And it asks here before it works on an answer that takes
// much CPU time (a heavy one): while a window is open such an answer waits, within bounds, and a window waits in turn for
// those under way.
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

  // While it lives, a heavy answer is worked on.
  class [[nodiscard]] HeavyAnswer {
   public:
    // Waits until no window is open, but for at most so long: a window may last for an hour, and its run is flagged by the
    // CPU time that is used within it. Once somebody has waited that long in a window, nobody else waits in it: else the
    // waits of many answers would add up.
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

  // While it lives, a window is open. Waits first for the heavy answers under way, for at most so long. One at a time.
  class [[nodiscard]] OpenWindow {
   public:
    OpenWindow(ActivityCounter& activity, std::chrono::milliseconds at_most) : activity_(&activity) {
      std::unique_lock lock(activity.mutex_);
      activity.window_open_ = true;  // from here on no further one begins
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

  // The daemon is stopping: nobody waits here any more.
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
  bool outwaited_ = false;  // the open window, by an answer that waited for its end
  bool stopping_ = false;
  int64_t heavy_ = 0;
};

}  // namespace copybench
