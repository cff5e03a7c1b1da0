// The message: 8 fields of the same size. Its first 24 bytes, in field 0, are a header:
//
//   0  u64 sequence   from 0, per connection, counting verification and measurement together
//   8  i64 sent_ns    CLOCK_MONOTONIC of the engine when the message was made ready to send
//  16  u32 crc32c     of the whole message with this member 0; 0 outside the verification pass
//  20  u32 checked    1 in the verification pass, else 0
//
// In the window the engine writes only the header's first two members for each message.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/model/names.h"

namespace copybench {

constexpr size_t kHeaderBytes = 24;

using Fields = std::array<std::span<std::byte>, kFieldsPerMessage>;

struct MessageHeader {
  uint64_t sequence = 0;
  int64_t sent_ns = 0;
  uint32_t crc32c = 0;
  uint32_t checked = 0;
};

MessageHeader read_header(std::span<const std::byte> field0);

// For the hot path: writes 16 bytes.
void stamp(std::span<std::byte> field0, uint64_t sequence, int64_t sent_ns);

// For verification: derives every byte from the sequence, so that bytes of another message in this one's place are detected.
void fill_checked(const Fields& fields, uint64_t sequence, int64_t sent_ns);

// Returns what is wrong with a received verification message, or none if every byte is as expected.
std::optional<std::string> check(std::span<const std::span<const std::byte>> parts, uint64_t expected_sequence);

}  // namespace copybench
