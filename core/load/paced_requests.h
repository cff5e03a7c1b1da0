// The requests of one paced connection. They are sent when they are due, not when the previous one was answered. If the engine is
// late they queue up. Their latency counts from the time they were due, so that no wait is left out (no coordinated omission).
//
// Threads: only the client's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/load/pacer.h"

namespace copybench {

class PacedRequests {
 public:
  // socket: connected; outlives this. message_bytes: of a response.
  PacedRequests(int socket, const Pacer& pacer, uint64_t message_bytes);

  // Sends the requests that are due by now.
  Result<void> ask(int64_t now_ns);
  // When the request of the next response was due.
  int64_t next_answer_due_ns() const { return pacer_.due_ns(answered_); }
  void answered() { ++answered_; }

  // True if nothing is left unsent or unanswered.
  bool settled() const { return unsent_.empty() && answered_ == asked_; }
  // Waits for a response, for the next due request (unless `ending`), or for a short time. Returns true if there is data to read.
  Result<bool> wait(bool ending) const;

  uint64_t most_outstanding() const { return most_outstanding_; }

 private:
  bool may_ask() const { return asked_ - answered_ < limit_; }
  Result<void> send_unsent();

  const int socket_;
  const Pacer pacer_;
  const uint64_t limit_;
  uint64_t asked_ = 0;
  uint64_t answered_ = 0;
  uint64_t most_outstanding_ = 0;
  std::vector<std::byte> unsent_;  // bytes that the socket has not taken yet
};

}  // namespace copybench
