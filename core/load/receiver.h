// Where a client's bytes go: a buffer of whole messages that is filled round and round, and the view of each message in it.
// Every byte is copied out of the kernel and none is thrown away (no MSG_TRUNC), whichever the call.
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

  // One call of recv or recvmsg on a blocking socket: how many bytes came, 0 at end of file. Only after every message
  // that was complete has been looked at.
  virtual Result<size_t> receive(int socket) = 0;

  // The parts of the next message that is complete and was not returned before; empty if there is none yet. Valid until
  // the next receive().
  virtual std::span<const std::span<const std::byte>> next_message() = 0;
};

// recv: one contiguous buffer of as many messages as fit in 256 KiB, at least one. recvmsg: 8 fields of one message.
std::unique_ptr<Receiver> make_receiver(Receive how, uint64_t field_bytes);

}  // namespace copybench
