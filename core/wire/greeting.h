// The handshake of a client with an engine, before anything is measured.
//
//   client -> engine  Greeting, 72 bytes
//   engine -> client  GreetingReply, a page; the engine closes after anything but `welcome`
//   client -> engine  ClientFrame, 16 bytes, any number of times:
//                       verify n   the engine sends n messages, each with new contents and a checksum
//                       stream     the engine sends messages until the client's next frame
//                       one        the engine sends one message
//                       end        the engine drains, shuts down its sending side and waits for `bye`
//                       bye n      sent after end of file: the client has received n bytes of messages in all
//
// Both sides prove that they know the run's token without sending it: greeting and reply each end with an HMAC-SHA-256 keyed by
// the token. The reply's HMAC covers the greeting's nonce, so that a recorded reply proves nothing. An engine closes a connection
// with a wrong proof without a reply. If engine and load are started by hand, the token is all zeros and no secret.
//
// All numbers are little-endian. A message is described in message.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/base/page_aligned.h"
#include "core/base/result.h"
#include "core/model/names.h"

namespace copybench {

// The secret by which a run's engine and load authenticate each other; all zeros if started by hand.
using RunToken = std::array<std::byte, 16>;
using Nonce = std::array<std::byte, 16>;

// From the kernel's random generator, for tokens and nonces. Fails if the generator is not available.
Result<std::array<std::byte, 16>> random_bytes();

struct Greeting {
  Pattern pattern = Pattern::stream;
  uint64_t field_bytes = 0;
  Nonce nonce{};  // different in each greeting

  bool operator==(const Greeting&) const = default;
};

enum class Welcome : uint8_t {
  welcome,
  wrong_field_bytes,  // the engine was started with another size, see the reply
  busy,       // the engine already serves its maximum of connections
  no_memory,  // no memory or no thread for one more connection
};

struct GreetingReply {
  Welcome welcome = Welcome::welcome;
  uint32_t ring_slots = 0;  // messages that the engine keeps for this connection
  uint64_t field_bytes = 0;

  bool operator==(const GreetingReply&) const = default;
};

enum class FrameKind : uint8_t { verify = 1, stream = 2, one = 3, end = 4, bye = 5 };

struct ClientFrame {
  FrameKind kind{};
  uint64_t count = 0;  // messages for verify, bytes for bye

  bool operator==(const ClientFrame&) const = default;
};

constexpr size_t kGreetingBytes = 72;
// A page, so that the messages after it begin at page boundaries of the kernel's socket memory too: see core/base/page_aligned.h.
constexpr size_t kGreetingReplyBytes = kPageBytes;
constexpr size_t kClientFrameBytes = 16;

std::array<std::byte, kGreetingBytes> encode(const Greeting& greeting, const RunToken& token);
// nonce: of the greeting that the reply is for.
std::array<std::byte, kGreetingReplyBytes> encode(const GreetingReply& reply, const RunToken& token, const Nonce& nonce);
std::array<std::byte, kClientFrameBytes> encode(const ClientFrame& frame);

// Return none if the magic, the version or a value is wrong, or if the proof was not made with this token.
std::optional<Greeting> decode_greeting(std::span<const std::byte, kGreetingBytes> bytes, const RunToken& token);
std::optional<GreetingReply> decode_greeting_reply(std::span<const std::byte, kGreetingReplyBytes> bytes, const RunToken& token,
                                                   const Nonce& nonce);
std::optional<ClientFrame> decode_client_frame(std::span<const std::byte, kClientFrameBytes> bytes);

// The reason for a rejection, for a person.
std::string_view describe(Welcome welcome);

}  // namespace copybench
