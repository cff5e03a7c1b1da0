// One accepted connection. Its request is received without waiting, by whoever polls for it; its answer is written with
// a deadline: a client that reads too slowly loses its connection, not a thread of the server.
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
  // timeout: for each write() to get through.
  HttpConnection(UniqueFd socket, std::chrono::milliseconds timeout);

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

  bool write(std::string_view bytes);  // all of them, or false
  bool peer_there() const;             // false once the client has closed its end

  // After the answer: reads away what the client may still be sending, up to so many bytes, since closing with unread
  // bytes resets the connection and the client may never see its answer.
  void swallow(uint64_t bytes, std::chrono::milliseconds at_most);

  int fd() const { return socket_.get(); }

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  bool wait(short events, Deadline deadline) const;
  size_t receive(char* buffer, size_t size, Deadline deadline);  // 0: end, error or time over
  std::optional<size_t> receive_now(char* buffer, size_t size);  // 0: end or error; none: nothing has come

  UniqueFd socket_;
  std::chrono::milliseconds timeout_;
  std::string head_;
  std::string ahead_;  // received after the head, not yet given out
  size_t given_ = 0;   // of ahead_
  bool head_too_long_ = false;
};

}  // namespace copybench
