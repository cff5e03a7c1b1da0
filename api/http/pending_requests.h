// Connections whose request has not arrived yet. They share the server's thread, so clients that stall delay no one else. Sleeps
// until bytes arrive or a deadline passes.
// Threads: one. Lifetime: owns the connections and closes them at destruction.
#pragma once

#include <poll.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "api/http/connection.h"

namespace copybench {

class PendingRequests {
 public:
  using Clock = std::chrono::steady_clock;
  // Decides by the head of a request whether to reject it before its body has arrived.
  using RefusedByHead = std::function<bool(const HttpConnection&)>;
  // timeout: for the whole head, and then for the whole body.
  PendingRequests(size_t max_connections, size_t max_bytes, uint64_t max_body, std::chrono::milliseconds timeout,
                  RefusedByHead refused_by_head)
      : max_connections_(max_connections),
        max_bytes_(max_bytes),
        max_body_(max_body),
        timeout_(timeout),
        refused_by_head_(std::move(refused_by_head)) {}

  void enter(HttpConnection connection) { held_.push_back({std::move(connection), Clock::now() + timeout_, {}}); }

  // Entries for poll(), whose revents sort() needs, and its timeout in ms; -1: none.
  void append_to(std::vector<pollfd>& entries) const;
  int poll_timeout() const;

  struct Sorted {
    std::vector<HttpConnection> ready;  // with head and body, or closed by the client before that
    std::vector<HttpConnection> late;   // over their timeout
    // Over the connection limit: the oldest. Over the byte limit: the oldest of the client that holds most bytes.
    std::vector<HttpConnection> crowded;
  };
  // Reads what has arrived and returns the connections that are done waiting. `entries`: the `polled` ones from append_to().
  // Connections that entered since then are read too.
  Sorted sort(const pollfd* entries, size_t polled);
  // Removes the oldest connection, if any. Do not call it between append_to() and sort().
  std::optional<HttpConnection> take_oldest();

 private:
  struct Held {
    HttpConnection connection;
    Clock::time_point deadline;
    std::optional<uint64_t> body;  // its length, once the head is complete
  };
  enum class Fate { stays, ready, gone };
  Fate look_at(Held& held, size_t room_for) const;
  size_t greediest() const;

  const size_t max_connections_;
  const size_t max_bytes_;
  const uint64_t max_body_;  // of one request
  const std::chrono::milliseconds timeout_;
  const RefusedByHead refused_by_head_;
  std::vector<Held> held_;  // oldest first
};

}  // namespace copybench
