#include "core/wire/greeting.h"

#include "core/wire/little_endian.h"

namespace copybench {
namespace {

// "CPYBENCH" and the version of this protocol. A change of any layout in this folder raises the version.
constexpr uint64_t kMagic = 0x48434e4542595043;
constexpr uint32_t kVersion = 2;
constexpr uint32_t kFrameMagic = 0x4d415246;  // "FRAM"

}  // namespace

std::array<std::byte, kGreetingBytes> encode(const Greeting& greeting) {
  std::array<std::byte, kGreetingBytes> bytes{};
  put_u64(bytes, 0, kMagic);
  put_u32(bytes, 8, kVersion);
  put_u32(bytes, 12, static_cast<uint32_t>(greeting.pattern));
  put_u64(bytes, 16, greeting.token);
  put_u64(bytes, 24, greeting.field_bytes);
  return bytes;
}

std::optional<Greeting> decode_greeting(std::span<const std::byte, kGreetingBytes> bytes) {
  if (get_u64(bytes, 0) != kMagic || get_u32(bytes, 8) != kVersion) return std::nullopt;
  const uint32_t pattern = get_u32(bytes, 12);
  if (pattern >= names<Pattern>().size()) return std::nullopt;
  return Greeting{static_cast<Pattern>(pattern), get_u64(bytes, 16), get_u64(bytes, 24)};
}

std::array<std::byte, kGreetingReplyBytes> encode(const GreetingReply& reply) {
  std::array<std::byte, kGreetingReplyBytes> bytes{};
  put_u64(bytes, 0, kMagic);
  put_u32(bytes, 8, static_cast<uint32_t>(reply.welcome));
  put_u32(bytes, 12, reply.ring_slots);
  put_u64(bytes, 16, reply.field_bytes);
  return bytes;
}

std::optional<GreetingReply> decode_greeting_reply(std::span<const std::byte, kGreetingReplyBytes> bytes) {
  const uint32_t welcome = get_u32(bytes, 8);
  if (get_u64(bytes, 0) != kMagic || welcome > static_cast<uint32_t>(Welcome::no_memory)) return std::nullopt;
  return GreetingReply{static_cast<Welcome>(welcome), get_u32(bytes, 12), get_u64(bytes, 16)};
}

std::array<std::byte, kClientFrameBytes> encode(const ClientFrame& frame) {
  std::array<std::byte, kClientFrameBytes> bytes{};
  put_u32(bytes, 0, kFrameMagic);
  put_u32(bytes, 4, static_cast<uint32_t>(frame.kind));
  put_u64(bytes, 8, frame.count);
  return bytes;
}

std::optional<ClientFrame> decode_client_frame(std::span<const std::byte, kClientFrameBytes> bytes) {
  const uint32_t kind = get_u32(bytes, 4);
  if (get_u32(bytes, 0) != kFrameMagic || kind < static_cast<uint32_t>(FrameKind::verify) ||
      kind > static_cast<uint32_t>(FrameKind::bye)) {
    return std::nullopt;
  }
  return ClientFrame{static_cast<FrameKind>(kind), get_u64(bytes, 8)};
}

std::string_view describe(Welcome welcome) {
  switch (welcome) {
    case Welcome::welcome: return "welcome";
    case Welcome::wrong_field_bytes: return "it was started with another --field-bytes";
    case Welcome::wrong_token: return "it belongs to another run";
    case Welcome::busy: return "it already serves as many connections as it was started for: wait until they end, or start it with more --threads";
    case Welcome::no_memory: return "it could not get the memory or the thread for one more connection";
  }
  return "unknown answer";
}

}  // namespace copybench
