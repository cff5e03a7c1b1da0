#include "core/wire/message.h"

#include <fmt/format.h>
#include <isa-l/crc.h>

#include <algorithm>
#include <cstring>

#include "core/wire/little_endian.h"

namespace copybench {
namespace {

constexpr size_t kCrcOffset = 16;
constexpr size_t kCheckedOffset = 20;

// CRC32C (Castagnoli; RFC 3720, appendix B.4) as ISA-L computes it, without the final inversion: its values are only compared
// with each other.
uint32_t crc32c_of(std::span<const std::byte> bytes, uint32_t crc) {
  auto* data = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(bytes.data()));
  return crc32_iscsi(data, static_cast<int>(bytes.size()), crc);
}

uint32_t crc32c_of(std::span<const std::span<const std::byte>> parts) {
  uint32_t crc = 0xffffffff;
  std::array<std::byte, kHeaderBytes> header;
  std::memcpy(header.data(), parts[0].data(), kHeaderBytes);
  put_u32(header, kCrcOffset, 0);
  crc = crc32c_of(header, crc);
  crc = crc32c_of(parts[0].subspan(kHeaderBytes), crc);
  for (const auto& part : parts.subspan(1)) crc = crc32c_of(part, crc);
  return crc;
}

// splitmix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
uint64_t mix(uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

void fill(std::span<std::byte> bytes, uint64_t& state) {
  size_t at = 0;
  for (; at + sizeof state <= bytes.size(); at += sizeof state) put_u64(bytes, at, mix(state++));
  const uint64_t last = mix(state++);
  std::memcpy(bytes.data() + at, &last, bytes.size() - at);
}

}  // namespace

MessageHeader read_header(std::span<const std::byte> field0) {
  return {get_u64(field0, 0), static_cast<int64_t>(get_u64(field0, 8)), get_u32(field0, kCrcOffset),
          get_u32(field0, kCheckedOffset)};
}

void stamp(std::span<std::byte> field0, uint64_t sequence, int64_t sent_ns) {
  put_u64(field0, 0, sequence);
  put_u64(field0, 8, static_cast<uint64_t>(sent_ns));
}

void fill_checked(const Fields& fields, uint64_t sequence, int64_t sent_ns) {
  uint64_t state = mix(sequence);
  for (const auto& field : fields) fill(field, state);
  stamp(fields[0], sequence, sent_ns);
  put_u32(fields[0], kCheckedOffset, 1);
  std::array<std::span<const std::byte>, kFieldsPerMessage> parts;
  std::copy(fields.begin(), fields.end(), parts.begin());
  put_u32(fields[0], kCrcOffset, crc32c_of(parts));
}

std::optional<std::string> check(std::span<const std::span<const std::byte>> parts, uint64_t expected_sequence) {
  const MessageHeader header = read_header(parts[0]);
  if (header.checked != 1) return fmt::format("message {} carries no checksum", expected_sequence);
  if (header.sequence != expected_sequence) {
    return fmt::format("message {} came where {} was due", header.sequence, expected_sequence);
  }
  if (crc32c_of(parts) != header.crc32c) return fmt::format("message {} has bytes that were not sent in it", expected_sequence);
  return std::nullopt;
}

}  // namespace copybench
