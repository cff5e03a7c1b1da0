// Bytes -> lines, for the JSON-lines channels between the daemon and its children. Threads: one at a time.
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
  // Longest line accepted. The longest that is sent is a load's result: 36,000 samples of an hour's window, or the sockets
  // of 256 connections, well below.
  static constexpr size_t kMaxLineBytes = 8 << 20;

  // Reads once from fd what is there. True: go on. False: end of file. EAGAIN and EINTR are no errors.
  Result<bool> read_from(int fd);

  // The next whole line without its newline.
  std::optional<std::string> next();

 private:
  std::string partial_;
  std::deque<std::string> lines_;
};

// Writes the text and a newline whole, waiting where the pipe is full.
Result<void> write_line(int fd, std::string_view text);

}  // namespace copybench
