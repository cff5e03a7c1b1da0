// One accepted connection, with a deadline on everything: a client that sends or reads too slowly loses its connection,
// not a thread of the server.
//
// Lifetime: owns the socket; the destructor closes it. Threads: one; ::shutdown() on fd() from another ends a wait.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/unique_fd.h"

namespace copybench {

class HttpConnection {
 public:
  // timeout: for the whole head, for the whole body, and for each write() to get through.
  HttpConnection(UniqueFd socket, std::chrono::milliseconds timeout);

  enum class Head { complete, closed, timed_out, too_long };
  // Reads up to and with the empty line; bytes beyond it are kept for read().
  Head read_head(size_t at_most);
  const std::string& head() const { return head_; }

  // Bytes after the head, at least one; 0 at their end, at an error or when the time for the body is over.
  size_t read(char* buffer, size_t size);
  bool timed_out() const { return timed_out_; }

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

  UniqueFd socket_;
  std::chrono::milliseconds timeout_;
  std::string head_;
  std::string ahead_;  // read with the head, not yet given out
  Deadline body_deadline_{};
  bool timed_out_ = false;
};

}  // namespace copybench
