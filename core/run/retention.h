// Removes what the policy releases and gives its space back: between runs, in small steps, and never within a window.
// Checks at start, after each run and once a day. Age-based removal runs only while the clock is trusted (clock_guard.h).
//
// Threads: all members but the constructor belong to the scheduler's thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "core/base/change_notifier.h"
#include "core/base/time.h"
#include "core/run/clock_guard.h"
#include "core/store/store.h"

namespace spdlog {
class logger;
}

namespace copybench {

class Retention {
 public:
  // The references must outlive it. Without a logger it logs nothing.
  Retention(RetentionPolicy policy, Store& store, ChangeNotifier& changed, std::shared_ptr<spdlog::logger> logger);

  // Checks again at the next work().
  void look() { due_ = true; }
  // Sets another policy, and checks again at the next work().
  void set_policy(const RetentionPolicy& policy);

  // Does some of the pending work, for about a second, or until `stopping`. Returns whether more is left.
  bool work(const std::function<bool()>& stopping);

  // When work() must be called again although no run has ended; none if nothing is ever removed.
  std::optional<Monotonic::time_point> next_look() const;

 private:
  bool step();
  bool remove_one();
  bool give_back();
  bool failed(const StoreError& error);
  void say_what_stays();
  // The policy, without the age while the clock is distrusted.
  StoreResult<RetentionPolicy> policy_for_now();

  RetentionPolicy policy_;
  Store& store_;
  ChangeNotifier& changed_;
  const std::shared_ptr<spdlog::logger> logger_;
  bool prepared_ = false;  // the database can give room back, or never will
  bool due_ = true;
  bool giving_back_ = false;
  int64_t file_before_ = 0;  // bytes, when giving back began
  bool said_what_stays_ = false;
  bool said_doubt_ = false;
  Monotonic::time_point looked_;
  std::optional<ClockGuard> clock_;   // for a policy by age
  std::optional<UtcTime> believed_;   // as it was stored last
};

}  // namespace copybench
