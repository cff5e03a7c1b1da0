// The only difference between the engines: how a message's 8 fields get into the socket. Each path is one file.
// core/model/send_paths.h has the table of them, send_path.cpp their makers.
//
// Threads: one at a time. Any thread may read the SendCounters.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/engine/message_ring.h"
#include "core/model/names.h"

namespace copybench {

// The connection's thread writes them with plain stores (single writer); the marks read them. On their own cache lines.
struct alignas(64) SendCounters {
  std::atomic<uint64_t> messages{0};
  std::atomic<uint64_t> bytes{0};
  std::atomic<uint64_t> partial_sends{0};  // calls that sent only a part
  std::atomic<uint64_t> zerocopy_sends{0};
  std::atomic<uint64_t> zerocopy_completions{0};
  std::atomic<uint64_t> zerocopy_copied{0};  // completions with SO_EE_CODE_ZEROCOPY_COPIED
  std::atomic<uint64_t> zerocopy_enobufs{0};

  // Faster than fetch_add (no lock prefix), and correct because there is one writer.
  static void add(std::atomic<uint64_t>& counter, uint64_t n) {
    counter.store(counter.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
};

class SendPath {
 public:
  virtual ~SendPath() = default;

  // Returns the slot for the next message. Waits for the completions of earlier sends from it, if there are any.
  virtual Result<uint32_t> acquire() = 0;
  // Sends the whole message in the acquired slot.
  virtual Result<void> send(uint32_t slot) = 0;
  // Waits until the kernel holds no buffer of the ring any more.
  virtual Result<void> drain(Nanoseconds at_most) = 0;
};

struct SendPathOptions {
  int socket = -1;  // blocking; outlives the path
  MessageRing* ring = nullptr;
  SendCounters* counters = nullptr;
  const std::atomic<bool>* stopping = nullptr;  // checked while waiting for completions
  // For tests: does not wait for completions, an error that the verification pass must detect.
  bool reuse_early = false;
};

// The number of message buffers of a connection. One if a send returns with its bytes copied: its buffer may be written again at
// once, as applications do. If the kernel still reads from the buffer afterwards, as many as may be in flight.
uint32_t ring_slots(EngineMode mode, uint64_t field_bytes, uint64_t in_flight_bytes);
Result<std::unique_ptr<SendPath>> make_send_path(EngineMode mode, const SendPathOptions& options);

}  // namespace copybench
