// Tracks the completions of MSG_ZEROCOPY (Linux, Documentation/networking/msg_zerocopy.rst). Each successful send has an id, a
// u32 that counts up and wraps. Notifications name inclusive ranges of ids, in any order. A slot of the ring is free again when
// every send that used it has completed. Pure: no system calls. Threads: one at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/result.h"

namespace copybench {

class Completions {
 public:
  // slots: of the ring. first_id: 0 on a new socket; tests start near the wrap.
  explicit Completions(uint32_t slots, uint32_t first_id = 0);

  // Call after a send of bytes of this slot has succeeded, partly or completely.
  void sent(uint32_t slot);

  // Call for a notification of first..last. An error (an id that was never sent or has already completed) means that the recorded
  // state of the buffers is wrong: the run is invalid.
  Result<void> completed(uint32_t first, uint32_t last);

  bool is_free(uint32_t slot) const { return pending_[slot] == 0; }
  uint32_t outstanding() const { return outstanding_; }

 private:
  struct Send {
    uint32_t slot = 0;
    bool done = true;
  };
  Send& at(uint32_t id) { return sends_[id & (sends_.size() - 1)]; }
  void grow();

  std::vector<Send> sends_;       // ids oldest_ .. next_ - 1, each at its low bits
  std::vector<uint32_t> pending_;  // a slot's sends that have not completed
  uint32_t oldest_;                // the oldest id that has not completed
  uint32_t next_;
  uint32_t outstanding_ = 0;
};

}  // namespace copybench
