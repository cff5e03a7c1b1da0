// Splits bytes into lines, for the JSON-lines channels between the daemon and its children. Threads: one at a time.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace copybench {

class LineBuffer {
 public:
  // The longest line accepted. The longest line sent is a load's result, with 36,000 samples of an hour's window or the sockets
  // of 256 connections. It is well below this limit.
  static constexpr size_t kMaxLineBytes = 8 << 20;

  // Reads once from fd. Returns true if more may follow, false at end of file. EAGAIN and EINTR are not errors.
  Result<bool> read_from(int fd);

  // Returns the next complete line without its newline.
  std::optional<std::string> next();

 private:
  std::string partial_;
  std::deque<std::string> lines_;
};

// Writes the whole text and a newline. Waits while the pipe is full.
Result<void> write_line(int fd, std::string_view text);

}  // namespace copybench
