// How a client introduces itself to an engine, before anything is measured.
//
//   client -> engine  Greeting, 72 bytes
//   engine -> client  GreetingReply, a page; anything but `welcome` is followed by the engine's close
//   client -> engine  ClientFrame, 16 bytes, as often as it likes:
//                       verify n   n messages come back, each filled anew and carrying its checksum
//                       stream     messages come without end, until the client's next frame
//                       one        one message comes back
//                       end        nothing more: the engine drains, shuts its sending side and waits for `bye`
//                       bye n      sent after end of file: the client has received n bytes of messages in all
//
// Both sides prove that they know the run's token without sending it: greeting and reply each end with an HMAC-SHA-256 under the
// token. The reply's covers the greeting's nonce, so that a recorded reply proves nothing. An engine closes a connection whose
// proof is wrong without an answer. By hand the token is all zeros, which everyone knows.
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

// What a run's engine and load know each other by; all zeros by hand.
using RunToken = std::array<std::byte, 16>;
using Nonce = std::array<std::byte, 16>;

// From the kernel's random generator; for tokens and nonces. An error where it has none.
Result<std::array<std::byte, 16>> random_bytes();

struct Greeting {
  Pattern pattern = Pattern::stream;
  uint64_t field_bytes = 0;
  Nonce nonce{};  // another one in each greeting

  bool operator==(const Greeting&) const = default;
};

enum class Welcome : uint8_t {
  welcome,
  wrong_field_bytes,  // the engine was started with another size, see the reply
  busy,       // as many connections as it was started for are served already
  no_memory,  // the buffers for one more connection could not be had
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
  uint64_t count = 0;  // of messages for verify, of bytes for bye

  bool operator==(const ClientFrame&) const = default;
};

constexpr size_t kGreetingBytes = 72;
// A page, so that the messages behind it begin on pages of the kernel's socket memory too: see core/base/page_aligned.h.
constexpr size_t kGreetingReplyBytes = kPageBytes;
constexpr size_t kClientFrameBytes = 16;

std::array<std::byte, kGreetingBytes> encode(const Greeting& greeting, const RunToken& token);
// nonce: that of the greeting that is answered.
std::array<std::byte, kGreetingReplyBytes> encode(const GreetingReply& reply, const RunToken& token, const Nonce& nonce);
std::array<std::byte, kClientFrameBytes> encode(const ClientFrame& frame);

// None where the bytes are of no such thing (wrong magic, version or value), or the proof is not made with this token.
std::optional<Greeting> decode_greeting(std::span<const std::byte, kGreetingBytes> bytes, const RunToken& token);
std::optional<GreetingReply> decode_greeting_reply(std::span<const std::byte, kGreetingReplyBytes> bytes, const RunToken& token,
                                                   const Nonce& nonce);
std::optional<ClientFrame> decode_client_frame(std::span<const std::byte, kClientFrameBytes> bytes);

// Why a client was not welcome, for a person.
std::string_view describe(Welcome welcome);

}  // namespace copybench
