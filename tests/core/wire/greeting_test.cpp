#include "core/wire/greeting.h"

#include <doctest/doctest.h>

using namespace copybench;

TEST_CASE("what is encoded is decoded again") {
  const Greeting greeting{Pattern::request_response, 0x0123456789abcdef, 4096};
  CHECK(decode_greeting(encode(greeting)) == greeting);
  const GreetingReply reply{Welcome::busy, 128, 512};
  CHECK(decode_greeting_reply(encode(reply)) == reply);
  for (const auto kind : {FrameKind::verify, FrameKind::stream, FrameKind::one, FrameKind::end, FrameKind::bye}) {
    const ClientFrame frame{kind, 1ull << 40};
    CHECK(decode_client_frame(encode(frame)) == frame);
  }
}

TEST_CASE("any changed byte of magic, version or kind makes a stranger") {
  const auto good = encode(Greeting{Pattern::stream, 7, 64});
  for (size_t i = 0; i < 16; ++i) {
    auto bad = good;
    bad[i] ^= std::byte{0x80};
    CHECK_MESSAGE(!decode_greeting(bad), "byte " << i);
  }
  auto frame = encode(ClientFrame{FrameKind::bye, 1});
  frame[4] = std::byte{6};
  CHECK(!decode_client_frame(frame));
  frame[4] = std::byte{0};
  CHECK(!decode_client_frame(frame));
  CHECK(!decode_greeting(std::array<std::byte, kGreetingBytes>{}));
}
