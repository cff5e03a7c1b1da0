// Connections that were answered and cannot be closed yet: the client has not read all of its answer, or is still sending
// what will not be read. None of them has a thread: a client that reads slowly, or announces a body and never sends it,
// holds nobody up. Nothing happens here unless the client moves or a deadline passes.
//
// A client that takes less than kLeastBytesPerSecond over a period of the given length loses its connection. Where there are
// too many connections, or too many bytes are kept for them, the one goes that has taken nothing for longest.
//
// Threads: one. Lifetime: owns what it holds; closes it in the end.
#pragma once

#include <poll.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "api/http_connection.h"

namespace copybench {

class LeavingRoom {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr uint64_t kLeastBytesPerSecond = 64 * 1024;

  LeavingRoom(size_t max_connections, size_t max_bytes, std::chrono::milliseconds period)
      : max_connections_(max_connections), max_bytes_(max_bytes), period_(period) {}

  // A connection on which leave() was called; also again, after produce(). It is handed back where that is its turn.
  std::optional<HttpConnection> enter(HttpConnection connection);

  // Entries for poll(), to be handed to see_off() with their revents; and how long it may wait in ms, -1: for ever.
  void append_to(std::vector<pollfd>& entries) const;
  int poll_timeout() const;
  // Moves those that can be moved and closes those that are done, out of time or too slow. Returns those whose answer has
  // to be made further. `entries`: the `polled` ones that append_to() gave.
  std::vector<HttpConnection> see_off(const pollfd* entries, size_t polled);

  bool empty() const { return held_.empty(); }
  // Closes the one that has taken nothing for longest; false where there is none.
  bool close_slowest();

 private:
  struct Held {
    HttpConnection connection;
    HttpConnection::Departure departure;
    Clock::time_point deadline;
  };
  // Whether the client keeps up; sets the time of the next look.
  bool keeps_pace(Held& held, Clock::time_point now) const;

  const size_t max_connections_;
  const size_t max_bytes_;
  const std::chrono::milliseconds period_;
  std::vector<Held> held_;
};

}  // namespace copybench
