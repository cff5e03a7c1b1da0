// Removes by itself what the policy lets go, and gives the room back: between runs, in small steps, and never within a
// window. Looks at start, after each run and once a day. By age it removes only while the clock is believed (clock_guard.h).
//
// Threads: all members but the constructor belong to the scheduler's thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "core/base/change_signal.h"
#include "core/base/time.h"
#include "core/run/clock_guard.h"
#include "core/store/store.h"

namespace spdlog {
class logger;
}

namespace copybench {

class Retention {
 public:
  // The references must outlive it; without a logger it says nothing.
  Retention(RetentionPolicy policy, Store& store, ChangeSignal& changed, std::shared_ptr<spdlog::logger> logger);

  // Look again at the next work().
  void look() { due_ = true; }
  // The same, by another policy from now on.
  void set_policy(const RetentionPolicy& policy);

  // Some of what is to be done, for about a second, or until `stopping`. Returns whether there is more.
  bool work(const std::function<bool()>& stopping);

  // When it should be asked again although no run has ended; none where nothing is ever removed.
  std::optional<Monotonic::time_point> next_look() const;

 private:
  bool step();
  bool remove_one();
  bool give_back();
  bool failed(const StoreError& error);
  void say_what_stays();
  // Without the age while the clock is doubted.
  StoreResult<RetentionPolicy> policy_for_now();

  RetentionPolicy policy_;
  Store& store_;
  ChangeSignal& changed_;
  const std::shared_ptr<spdlog::logger> logger_;
  bool prepared_ = false;  // the database can give room back, or never will
  bool due_ = true;
  bool giving_back_ = false;
  int64_t file_before_ = 0;  // bytes, when giving back began
  bool said_what_stays_ = false;
  bool said_doubt_ = false;
  Monotonic::time_point looked_;
  std::optional<ClockGuard> clock_;   // of a policy by age
  std::optional<UtcTime> believed_;   // as it was stored last
};

}  // namespace copybench
