// Accepts the clients that prove in their greeting that they know the run's token, and closes all other connections. A rejected
// client (wrong greeting, silence, half a greeting, a flood) costs one connection: no thread, no buffer, no delay of others.
//
// Threads: one at a time, that of the engine's main loop. Nothing here blocks.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/base/unique_fd.h"
#include "core/wire/greeting.h"

namespace copybench {

struct AcceptedClient {
  UniqueFd socket;  // non-blocking
  Greeting greeting;
};

class Acceptor {
 public:
  static constexpr std::chrono::seconds kGreetingTime{5};
  // Connections without a complete greeting. One more closes the oldest.
  static constexpr size_t kMaxWaiting = 256;
  // Accepted in one call of admit(), so that the caller stays responsive in a flood.
  static constexpr size_t kMostAtOnce = 256;
  // Listen backlog after close(). The kernel drops further connections.
  static constexpr int kHeldWhileClosed = 16;

  // listener: a non-blocking listening socket.
  static Result<Acceptor> open(UniqueFd listener, const RunToken& token);

  // For poll: readable when admit() has something to do.
  int poll_fd() const { return epoll_.get(); }
  // When the next greeting is overdue: call admit() then at the latest.
  std::optional<Monotonic::time_point> deadline() const;

  // Reads what has arrived and returns the accepted clients. Closes and counts rejected ones.
  std::vector<AcceptedClient> admit();

  // Call when all expected clients are in. Accepts no one from then on, and poll_fd() stays silent: later connections cost the
  // engine no CPU time. Keeps the port bound.
  void close();
  // Closes the connections that arrived after close() and returns their number, at most kHeldWhileClosed + 1.
  uint64_t reject_waiting();

  uint64_t rejected() const { return rejected_; }  // clients so far

 private:
  struct Waiting {
    UniqueFd socket;
    Monotonic::time_point deadline;
    std::array<std::byte, kGreetingBytes> bytes{};
    size_t received = 0;
  };
  using Queue = std::list<Waiting>;

  Acceptor() = default;
  bool listen_for(bool connections);
  void accept_some(std::vector<AcceptedClient>& clients);
  void take(UniqueFd socket, std::vector<AcceptedClient>& clients);
  void reject(Queue::iterator client);
  void read_greeting(Queue::iterator waiting, std::vector<AcceptedClient>& clients);

  RunToken token_{};
  UniqueFd listener_, epoll_;
  UniqueFd spare_;  // released for a moment when descriptors run out, so that the flood can be accepted and closed
  Queue waiting_;   // oldest first
  std::unordered_map<int, Queue::iterator> by_fd_;
  std::set<Nonce> greeted_;  // against replay of a recorded greeting
  std::optional<Monotonic::time_point> accept_again_at_;  // the system lacks descriptors or memory
  uint64_t rejected_ = 0;
};

}  // namespace copybench
