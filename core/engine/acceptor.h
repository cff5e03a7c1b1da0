// The engine's door: accepts connections, and lets in those that prove in their greeting that they know the run's token. A
// stranger (wrong greeting, silence, half a greeting, a flood) costs its own connection and nothing else: no thread, no buffer,
// no waiting of others.
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

struct Guest {
  UniqueFd socket;  // non-blocking
  Greeting greeting;
};

class Door {
 public:
  static constexpr std::chrono::seconds kGreetingTime{5};
  // Strangers held at once; the oldest goes when one more comes.
  static constexpr size_t kMaxWaiting = 256;
  // Accepted at once, before whoever calls may look after something else.
  static constexpr size_t kMostAtOnce = 256;
  // Connections that the kernel keeps for a closed door; it drops what comes beyond.
  static constexpr int kHeldWhileClosed = 16;

  // listener: a non-blocking listening socket.
  static Result<Door> open(UniqueFd listener, const RunToken& token);

  // For poll: readable when admit() has something to do.
  int poll_fd() const { return epoll_.get(); }
  // When the next greeting is overdue: call admit() then at the latest.
  std::optional<Monotonic::time_point> deadline() const;

  // Takes what has come. Strangers are closed, and counted.
  std::vector<Guest> admit();

  // All who were expected are in: from now on nobody is accepted and poll_fd() stays silent, so that whoever comes costs the
  // engine nothing. The port stays taken.
  void close();
  // Closes the connections that came to the closed door since, and says how many: the kernel holds kHeldWhileClosed + 1 at most.
  uint64_t reject_waiting();

  uint64_t strangers() const { return strangers_; }

 private:
  struct Waiting {
    UniqueFd socket;
    Monotonic::time_point deadline;
    std::array<std::byte, kGreetingBytes> bytes{};
    size_t received = 0;
  };
  using Queue = std::list<Waiting>;

  Door() = default;
  bool listen_for(bool connections);
  void accept_some(std::vector<Guest>& guests);
  void take(UniqueFd socket, std::vector<Guest>& guests);
  void turn_away(Queue::iterator stranger);
  void read_greeting(Queue::iterator waiting, std::vector<Guest>& guests);

  RunToken token_{};
  UniqueFd listener_, epoll_;
  UniqueFd spare_;  // given up for a moment where descriptors run out, so that the flood can be accepted and closed
  Queue waiting_;   // oldest first
  std::unordered_map<int, Queue::iterator> by_fd_;
  std::set<Nonce> greeted_;  // a greeting that was recorded lets nobody in
  std::optional<Monotonic::time_point> accept_again_at_;  // the system lacks descriptors or memory
  uint64_t strangers_ = 0;
};

}  // namespace copybench
