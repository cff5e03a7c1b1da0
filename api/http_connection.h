// One accepted connection. Its request is received without waiting, by whoever polls for it. Its answer is kept as far as
// the client does not read it, up to a limit, and sent on by whoever polls for that; beyond the limit writing waits, with a
// deadline: a client that reads too slowly loses its connection, not a thread of the server.
//
// Lifetime: owns the socket; the destructor closes it. Threads: one; ::shutdown() on fd() from another ends a wait.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/unique_fd.h"

namespace copybench {

class HttpConnection {
 public:
  // timeout: for a write() that has to wait. peer: the client's address, empty on a unix socket.
  HttpConnection(UniqueFd socket, std::chrono::milliseconds timeout, std::string peer = "");

  const std::string& peer() const { return peer_; }

  // closed: by the client, before the end of what was expected.
  enum class Arrival { partly, complete, closed, too_long };
  // Takes what has come of the head, up to and with the empty line; bytes beyond it are kept for read().
  Arrival receive_head(size_t at_most);
  // The same for the body, of that length.
  Arrival receive_body(uint64_t length);
  const std::string& head() const { return head_; }
  bool head_too_long() const { return head_too_long_; }
  size_t bytes_held() const { return head_.size() + ahead_.size(); }

  // Bytes of what was received after the head; 0 at their end.
  size_t read(char* buffer, size_t size);

  // How much of the answer may be kept; 0: each write() gets through before it returns, as a live stream's must.
  static constexpr size_t kKeptBytes = 4 << 20;
  void keep_at_most(size_t bytes) { kept_limit_ = bytes; }
  bool write(std::string_view bytes);  // sent or kept, all of them, or false
  size_t bytes_unsent() const { return unsent_.size() - sent_; }
  bool peer_there() const;  // false once the client has closed its end

  // The answer is written; of the request so many bytes may still come. They are read away before the connection is closed,
  // since closing with unread bytes resets it, and the client may never see its answer.
  void leave(uint64_t still_coming);
  // Does what can be done of that without waiting. Until it is over: poll for what it waits for, and call it again.
  enum class Departure { sending, receiving, over };
  Departure depart();

  int fd() const { return socket_.get(); }

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  bool wait(short events, Deadline deadline) const;
  bool send_on();  // what goes without waiting; false: the connection is broken
  std::optional<size_t> receive_now(char* buffer, size_t size);  // 0: end or error; none: nothing has come

  UniqueFd socket_;
  std::chrono::milliseconds timeout_;
  std::string head_;
  std::string ahead_;  // received after the head, not yet given out
  size_t given_ = 0;   // of ahead_
  bool head_too_long_ = false;
  std::string peer_;
  std::string unsent_;  // of the answer; its first sent_ bytes are gone
  size_t sent_ = 0;
  size_t kept_limit_ = kKeptBytes;
  uint64_t still_coming_ = 0;
  bool broken_ = false;  // a write failed
};

}  // namespace copybench
