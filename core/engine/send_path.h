// The one thing in which the engines differ: how a message's 8 fields get into the socket. A fourth way is a new file and
// a line in send_path.cpp.
//
// Threads: one at a time, but for counters(), which any thread may read.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/engine/message_ring.h"
#include "core/model/names.h"

namespace copybench {

// Written by the connection's thread with plain stores (single writer), read at the marks. On lines of their own.
struct alignas(64) SendCounters {
  std::atomic<uint64_t> messages{0};
  std::atomic<uint64_t> bytes{0};
  std::atomic<uint64_t> partial_sends{0};  // calls that took less than they were given
  std::atomic<uint64_t> zerocopy_sends{0};
  std::atomic<uint64_t> zerocopy_completions{0};
  std::atomic<uint64_t> zerocopy_copied{0};  // of the completions, those with SO_EE_CODE_ZEROCOPY_COPIED
  std::atomic<uint64_t> zerocopy_enobufs{0};

  // Faster than fetch_add (no lock prefix), and right because there is one writer.
  static void add(std::atomic<uint64_t>& counter, uint64_t n) {
    counter.store(counter.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
};

class SendPath {
 public:
  virtual ~SendPath() = default;

  // The slot that the next message may be written into; waits for its completions where there are any to wait for.
  virtual Result<uint32_t> acquire() = 0;
  // Sends the message in the acquired slot, whole.
  virtual Result<void> send(uint32_t slot) = 0;
  // Waits until the kernel holds no buffer of the ring any more.
  virtual Result<void> drain(Nanoseconds at_most) = 0;
};

struct SendPathOptions {
  int socket = -1;  // blocking; outlives the path
  MessageRing* ring = nullptr;
  SendCounters* counters = nullptr;
  const std::atomic<bool>* stopping = nullptr;  // looked at while waiting for completions
  // For tests: forget to wait for completions, so that the verification pass has something to find.
  bool reuse_early = false;
};

FieldMemory field_memory(EngineMode mode);
// Messages that a connection of this engine keeps. One where a send returns with its bytes copied, for its buffer may be
// written again at once, as applications do. Where the kernel goes on reading from it, as many as may be in flight.
uint32_t ring_slots(EngineMode mode, uint64_t field_bytes, uint64_t in_flight_bytes);
Result<std::unique_ptr<SendPath>> make_send_path(EngineMode mode, const SendPathOptions& options);

}  // namespace copybench
