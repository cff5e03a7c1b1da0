// The message buffers of one connection. Every slot is one message of 8 fields, each field allocated separately. Slots are used
// in turn. The send path decides which of them may be reused.
//
// create() faults in all pages. Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/model/send_paths.h"
#include "core/wire/message.h"

namespace copybench {

class MessageRing {
 public:
  // For buffers that the kernel still reads after the send: the number of slots with which `in_flight_bytes` of socket memory can
  // be in flight without a wait for a slot. The kernel accounts zero-copy fragments by whole pages, so each field counts as its
  // pages. At least 2.
  static uint32_t slots_for(uint64_t field_bytes, uint64_t in_flight_bytes);

  static Result<MessageRing> create(FieldMemory memory, uint64_t field_bytes, uint32_t slots);
  MessageRing(MessageRing&&) noexcept = default;
  MessageRing& operator=(MessageRing&&) noexcept = default;

  uint32_t slots() const { return static_cast<uint32_t>(messages_.size()); }
  Fields& operator[](uint32_t slot) { return messages_[slot]; }

  // Ends the verification pass: clears the headers with their checksums.
  void clear_headers();

  // Why mlock was not granted; none if it was, or was not requested. mlock only prevents faults and reclaim in the window. A run
  // continues without it: the other page-aligned engine has the same limit.
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
