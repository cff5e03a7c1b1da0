// Connections whose request has not arrived yet. None of them has a thread: however many clients stall, those that do
// not are served. Nothing happens here unless bytes come or a deadline passes.
//
// Threads: one. Lifetime: owns what it holds; closes it in the end.
#pragma once

#include <poll.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "api/http_connection.h"

namespace copybench {

class WaitingRoom {
 public:
  using Clock = std::chrono::steady_clock;
  // Whether the head of a request with a body is enough to refuse it.
  using RefusedByHead = std::function<bool(const HttpConnection&)>;
  // timeout: for the whole head, and then for the whole body.
  WaitingRoom(size_t max_connections, size_t max_bytes, uint64_t max_body, std::chrono::milliseconds timeout,
              RefusedByHead refused_by_head)
      : max_connections_(max_connections),
        max_bytes_(max_bytes),
        max_body_(max_body),
        timeout_(timeout),
        refused_by_head_(std::move(refused_by_head)) {}

  void enter(HttpConnection connection) { held_.push_back({std::move(connection), Clock::now() + timeout_, {}}); }

  // Entries for poll(), to be handed to sort() with their revents; and how long it may wait in ms, -1: for ever.
  void append_to(std::vector<pollfd>& entries) const;
  int poll_timeout() const;

  struct Leaving {
    std::vector<HttpConnection> ready;  // with a head and the body that it announces, or what the client's closing left
    std::vector<HttpConnection> late;   // out of time
    // The oldest of too many; where they hold too many bytes, the oldest of the client that holds most of them.
    std::vector<HttpConnection> crowded;
  };
  // Takes what has come. `entries`: the `polled` ones that append_to() gave; who entered since then is looked at too.
  Leaving sort(const pollfd* entries, size_t polled);
  // The one that has been here longest; none where there is none. Not between append_to() and sort().
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
