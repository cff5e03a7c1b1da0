// The requests of one paced connection: sent when they are due, not when the one before was answered. Where the engine is
// late they queue up, and their latency is counted from the time they were due, so that no wait is left out (no
// coordinated omission).
//
// Threads: the client's.
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
  // socket: connected; outlives this. message_bytes: of an answer.
  PacedRequests(int socket, const Pacer& pacer, uint64_t message_bytes);

  // Asks for what is due by now.
  Result<void> ask(int64_t now_ns);
  // When the request was due that the next answer is to.
  int64_t next_answer_due_ns() const { return pacer_.due_ns(answered_); }
  void answered() { ++answered_; }

  // Nothing is left unsent or unanswered.
  bool settled() const { return unsent_.empty() && answered_ == asked_; }
  // Waits for an answer, for the next request to be due (unless `ending`), or for a while; true: there is something to read.
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
  std::vector<std::byte> unsent_;  // the end of what the socket did not take
};

}  // namespace copybench
