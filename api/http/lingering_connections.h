// Connections that were answered and cannot be closed yet: the client has not read its whole answer, or is still sending a body
// that the server discards. They share the server's thread, so slow clients delay no one else. Sleeps until a client reads,
// sends or closes, or a deadline passes.
//
// Closes the connection of a client that reads less than kLeastBytesPerSecond over a period. Over the limit of connections or
// buffered bytes, closes the connection that has read nothing for longest.
//
// Threads: one. Lifetime: owns the connections and closes them at destruction.
#pragma once

#include <poll.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "api/http/connection.h"

namespace copybench {

class LingeringConnections {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr uint64_t kLeastBytesPerSecond = 64 * 1024;

  LingeringConnections(size_t max_connections, size_t max_bytes, std::chrono::milliseconds period)
      : max_connections_(max_connections), max_bytes_(max_bytes), period_(period) {}

  // Adds a connection after end_response() or produce(). Returns it if its answer needs more pieces now.
  std::optional<HttpConnection> enter(HttpConnection connection);

  // Entries for poll(), whose revents advance() needs, and its timeout in ms; -1: none.
  void append_to(std::vector<pollfd>& entries) const;
  int poll_timeout() const;
  // Sends and receives where possible; closes connections that are done, late or too slow. Returns those whose answers need more
  // pieces. `entries`: the `polled` ones from append_to().
  std::vector<HttpConnection> advance(const pollfd* entries, size_t polled);

  bool empty() const { return held_.empty(); }
  // Closes the connection that has read nothing for longest; false if there is none.
  bool close_slowest();

 private:
  struct Held {
    HttpConnection connection;
    HttpConnection::CloseState state;
    Clock::time_point deadline;
  };
  // Whether the client reads fast enough. Sets the deadline of the next check.
  bool keeps_pace(Held& held, Clock::time_point now) const;

  const size_t max_connections_;
  const size_t max_bytes_;
  const std::chrono::milliseconds period_;
  std::vector<Held> held_;
};

}  // namespace copybench
