// The receive buffer of a client: it holds whole messages, is filled in rotation, and gives a view of each message. Every byte is
// copied out of the kernel and none is discarded (no MSG_TRUNC), with either call.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/model/names.h"

namespace copybench {

class Receiver {
 public:
  virtual ~Receiver() = default;

  // One call of recv or recvmsg on a blocking socket. Returns the number of bytes, 0 at end of file. Call it only after every
  // complete message was taken by next_message().
  virtual Result<size_t> receive(int socket) = 0;

  // Returns the parts of the next complete message, empty if there is none yet. Valid until the next receive().
  virtual std::span<const std::span<const std::byte>> next_message() = 0;
};

// recv: one contiguous buffer of as many messages as fit in 256 KiB, at least one. recvmsg: 8 fields of one message.
std::unique_ptr<Receiver> make_receiver(Receive how, uint64_t field_bytes);

}  // namespace copybench
