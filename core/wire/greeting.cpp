#include "core/wire/greeting.h"

#include <errno.h>
#include <sys/random.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "core/base/digest.h"
#include "core/wire/little_endian.h"

namespace copybench {
namespace {

// "CPYBENCH" and the version of this protocol. A change of any layout in this folder raises the version.
constexpr uint64_t kMagic = 0x48434e4542595043;
constexpr uint32_t kVersion = 3;
constexpr uint32_t kFrameMagic = 0x4d415246;  // "FRAM"

// Offsets of the nonce and the proofs in greeting and reply. A proof covers all bytes before it.
constexpr size_t kNonceOffset = 24;
constexpr size_t kGreetingProofOffset = 40;
constexpr size_t kReplyProofOffset = 24;
static_assert(kGreetingProofOffset == kNonceOffset + sizeof(Nonce));
static_assert(kGreetingBytes == kGreetingProofOffset + sizeof(HmacSha256));

// Includes the side's name, so that one side's proof cannot be sent back as the other's.
HmacSha256 proof(std::string_view side, const RunToken& token, std::span<const std::byte> said, const Nonce& nonce) {
  std::vector<std::byte> text(side.size());
  std::memcpy(text.data(), side.data(), side.size());
  text.insert(text.end(), said.begin(), said.end());
  text.insert(text.end(), nonce.begin(), nonce.end());
  return hmac_sha256(token, text);
}

HmacSha256 client_proof(std::span<const std::byte, kGreetingBytes> bytes, const RunToken& token) {
  return proof("client", token, bytes.first(kGreetingProofOffset), {});
}

HmacSha256 engine_proof(std::span<const std::byte, kGreetingReplyBytes> bytes, const RunToken& token, const Nonce& nonce) {
  return proof("engine", token, bytes.first(kReplyProofOffset), nonce);
}

}  // namespace

Result<std::array<std::byte, 16>> random_bytes() {
  std::array<std::byte, 16> bytes{};
  // So few bytes are never returned in part. EINTR is possible while the generator is not ready yet, early at boot.
  ssize_t got = 0;
  do {
    got = ::getrandom(bytes.data(), bytes.size(), 0);
  } while (got < 0 && errno == EINTR);
  if (got != static_cast<ssize_t>(bytes.size())) return tl::unexpected(system_error("random bytes", errno));
  return bytes;
}

std::array<std::byte, kGreetingBytes> encode(const Greeting& greeting, const RunToken& token) {
  std::array<std::byte, kGreetingBytes> bytes{};
  put_u64(bytes, 0, kMagic);
  put_u32(bytes, 8, kVersion);
  put_u32(bytes, 12, static_cast<uint32_t>(greeting.pattern));
  put_u64(bytes, 16, greeting.field_bytes);
  std::copy(greeting.nonce.begin(), greeting.nonce.end(), bytes.begin() + kNonceOffset);
  const HmacSha256 proven = client_proof(bytes, token);
  std::copy(proven.begin(), proven.end(), bytes.begin() + kGreetingProofOffset);
  return bytes;
}

std::optional<Greeting> decode_greeting(std::span<const std::byte, kGreetingBytes> bytes, const RunToken& token) {
  if (get_u64(bytes, 0) != kMagic || get_u32(bytes, 8) != kVersion) return std::nullopt;
  const uint32_t pattern = get_u32(bytes, 12);
  if (pattern >= names<Pattern>().size()) return std::nullopt;
  if (!equal_secrets(bytes.subspan(kGreetingProofOffset, sizeof(HmacSha256)), client_proof(bytes, token))) return std::nullopt;
  Greeting greeting{static_cast<Pattern>(pattern), get_u64(bytes, 16), {}};
  std::copy_n(bytes.begin() + kNonceOffset, greeting.nonce.size(), greeting.nonce.begin());
  return greeting;
}

std::array<std::byte, kGreetingReplyBytes> encode(const GreetingReply& reply, const RunToken& token, const Nonce& nonce) {
  std::array<std::byte, kGreetingReplyBytes> bytes{};
  put_u64(bytes, 0, kMagic);
  put_u32(bytes, 8, static_cast<uint32_t>(reply.welcome));
  put_u32(bytes, 12, reply.ring_slots);
  put_u64(bytes, 16, reply.field_bytes);
  const HmacSha256 proven = engine_proof(bytes, token, nonce);
  std::copy(proven.begin(), proven.end(), bytes.begin() + kReplyProofOffset);
  return bytes;
}

std::optional<GreetingReply> decode_greeting_reply(std::span<const std::byte, kGreetingReplyBytes> bytes, const RunToken& token,
                                                   const Nonce& nonce) {
  const uint32_t welcome = get_u32(bytes, 8);
  if (get_u64(bytes, 0) != kMagic || welcome > static_cast<uint32_t>(Welcome::no_memory)) return std::nullopt;
  if (!equal_secrets(bytes.subspan(kReplyProofOffset, sizeof(HmacSha256)), engine_proof(bytes, token, nonce))) return std::nullopt;
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
    case Welcome::busy: return "it already serves as many connections as it was started for: wait until they end, or start it with more --threads";
    case Welcome::no_memory: return "it could not get the memory or the thread for one more connection";
  }
  return "unknown answer";
}

}  // namespace copybench
