// The status of writes: the last write that failed, until one succeeds, and whether all writes are refused.
// Threads: every member function may be called from any thread; none waits for a write.
#pragma once

#include <mutex>
#include <optional>

#include "core/database/error.h"

namespace copybench {

class WriteStatus {
 public:
  // Refuses every write for good, because a check of the file found damage. A person has to look first.
  void refuse(const StoreError& found);
  // corrupt: every further write is refused too.
  void failed(const StoreError& failure);
  void succeeded();

  // Includes the time of the failure. None if writes are not refused.
  std::optional<StoreError> refusal() const;
  // The last write that failed, or why all are refused, with the time; none after a write that succeeded.
  std::optional<StoreError> last_error() const;

 private:
  mutable std::mutex mutex_;
  std::optional<StoreError> last_error_;
  bool refused_ = false;
};

}  // namespace copybench
