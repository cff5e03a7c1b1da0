// Do writes go well? The last one that failed, until one succeeds, and whether all of them are refused.
// Threads: every member function may be called from any thread; none waits for a write.
#pragma once

#include <mutex>
#include <optional>

#include "core/store/store.h"

namespace copybench {

class WriteStatus {
 public:
  // Refuses every write for good, by what a check of the file has found: a person has to look first.
  void refuse(const StoreError& found);
  // corrupt: every further write is refused too.
  void failed(const StoreError& failure);
  void succeeded();

  // With the time since when. None where writes are not refused.
  std::optional<StoreError> refusal() const;
  // The same of the last write that failed, or why all are refused; none after one that succeeded.
  std::optional<StoreError> last_error() const;

 private:
  mutable std::mutex mutex_;
  std::optional<StoreError> last_error_;
  bool refused_ = false;
};

}  // namespace copybench
