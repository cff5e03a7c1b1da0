// The message buffers of one connection: every slot is one message of 8 fields, each field allocated on its own. Slots are
// used round and round; which of them may be reused is the send path's to say.
//
// All pages are faulted in by the constructor. Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/wire/message.h"

namespace copybench {

enum class FieldMemory : uint8_t {
  heap,         // malloc, as an application's own objects lie
  page_locked,  // page-aligned, and locked where the limits allow it
};

class MessageRing {
 public:
  // For buffers that the kernel goes on reading: slots so that what may be in flight at once, `in_flight_bytes` of socket memory, never waits for a slot: zero-copy
  // fragments are accounted by whole pages, so each field counts as its pages. At least 2.
  static uint32_t slots_for(uint64_t field_bytes, uint64_t in_flight_bytes);

  static Result<MessageRing> create(FieldMemory memory, uint64_t field_bytes, uint32_t slots);
  MessageRing(MessageRing&&) noexcept = default;
  MessageRing& operator=(MessageRing&&) noexcept = default;

  uint32_t slots() const { return static_cast<uint32_t>(messages_.size()); }
  Fields& operator[](uint32_t slot) { return messages_[slot]; }

  // Ends the verification pass: the headers' checksums are taken back.
  void clear_headers();

  // mlock prevents faults and reclaim in the window, and nothing else. Why it was not granted, none where it was or where
  // it was not asked for. A run goes on without: the other page-aligned engine meets the same limit.
  const std::optional<std::string>& lock_problem() const { return lock_problem_; }

 private:
  struct Release {
    uint64_t mapped_bytes = 0;  // 0: from malloc
    void operator()(void* memory) const;
  };
  using Memory = std::unique_ptr<void, Release>;
  static Memory allocate(FieldMemory memory, uint64_t field_bytes);
  void lock(void* memory, uint64_t bytes);

  MessageRing() = default;
  std::vector<Memory> memory_;
  std::vector<Fields> messages_;
  std::optional<std::string> lock_problem_;
};

}  // namespace copybench
