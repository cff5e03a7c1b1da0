// Connections that were answered and cannot be closed yet: the client has not read all of its answer, or is still sending
// what will not be read. None of them has a thread: a client that reads slowly, or announces a body and never sends it,
// holds nobody up. Nothing happens here unless the client moves or a deadline passes.
//
// Threads: one. Lifetime: owns what it holds; closes it in the end.
#pragma once

#include <poll.h>

#include <chrono>
#include <cstddef>
#include <vector>

#include "api/http_connection.h"

namespace copybench {

class LeavingRoom {
 public:
  using Clock = std::chrono::steady_clock;
  // For one connection too many, or too many bytes of answers, the oldest ones are closed as they are.
  LeavingRoom(size_t max_connections, size_t max_bytes) : max_connections_(max_connections), max_bytes_(max_bytes) {}

  // A connection on which leave() was called.
  void enter(HttpConnection connection);

  // Entries for poll(), to be handed to see_off() with their revents; and how long it may wait in ms, -1: for ever.
  void append_to(std::vector<pollfd>& entries) const;
  int poll_timeout() const;
  // Moves those that can be moved and closes those that are done or out of time. `entries`: the `polled` ones that
  // append_to() gave.
  void see_off(const pollfd* entries, size_t polled);

  bool empty() const { return held_.empty(); }
  // Closes the one that has been here longest; false where there is none.
  bool close_oldest();

 private:
  struct Held {
    HttpConnection connection;
    HttpConnection::Departure departure;
    Clock::time_point deadline;
  };
  static Clock::time_point deadline_for(const HttpConnection& connection, HttpConnection::Departure departure);

  const size_t max_connections_;
  const size_t max_bytes_;
  std::vector<Held> held_;  // oldest first
};

}  // namespace copybench
