#include "core/wire/greeting.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace copybench;

namespace {

constexpr RunToken kToken{std::byte{1}, std::byte{2}, std::byte{3}};

}  // namespace

TEST_CASE("encoded values decode to themselves") {
  const Greeting greeting{Pattern::request_response, 4096, Nonce{std::byte{7}}};
  CHECK(decode_greeting(encode(greeting, kToken), kToken) == greeting);
  const GreetingReply reply{Welcome::busy, 128, 512};
  CHECK(decode_greeting_reply(encode(reply, kToken, greeting.nonce), kToken, greeting.nonce) == reply);
  for (const auto kind : {FrameKind::verify, FrameKind::stream, FrameKind::one, FrameKind::end, FrameKind::bye}) {
    const ClientFrame frame{kind, 1ull << 40};
    CHECK(decode_client_frame(encode(frame)) == frame);
  }
}

TEST_CASE("any changed byte of a greeting or its reply is rejected") {
  const Nonce nonce{std::byte{9}};
  const auto good = encode(Greeting{Pattern::stream, 64, nonce}, kToken);
  for (size_t i = 0; i < good.size(); ++i) {
    auto bad = good;
    bad[i] ^= std::byte{0x80};
    CHECK_MESSAGE(!decode_greeting(bad, kToken), "byte " << i);
  }
  const auto reply = encode(GreetingReply{Welcome::welcome, 3, 64}, kToken, nonce);
  for (size_t i = 0; i < 24 + 32; ++i) {
    auto bad = reply;
    bad[i] ^= std::byte{0x80};
    CHECK_MESSAGE(!decode_greeting_reply(bad, kToken, nonce), "byte " << i);
  }
  auto frame = encode(ClientFrame{FrameKind::bye, 1});
  frame[4] = std::byte{6};
  CHECK(!decode_client_frame(frame));
  frame[4] = std::byte{0};
  CHECK(!decode_client_frame(frame));
  CHECK(!decode_greeting(std::array<std::byte, kGreetingBytes>{}, kToken));
}

TEST_CASE("neither side accepts bytes made without the token, for another greeting, or by itself") {
  const Nonce nonce{std::byte{1}};
  const Greeting greeting{Pattern::stream, 64, nonce};
  CHECK(!decode_greeting(encode(greeting, RunToken{}), kToken));
  CHECK(!decode_greeting(encode(greeting, kToken), RunToken{}));
  const GreetingReply reply{Welcome::welcome, 2, 64};
  CHECK(!decode_greeting_reply(encode(reply, RunToken{}, nonce), kToken, nonce));
  CHECK(!decode_greeting_reply(encode(reply, kToken, Nonce{std::byte{2}}), kToken, nonce));
  // A greeting does not contain the token.
  const auto bytes = encode(greeting, kToken);
  CHECK(std::search(bytes.begin(), bytes.end(), kToken.begin(), kToken.begin() + 3) == bytes.end());
  const auto one = random_bytes();
  const auto other = random_bytes();
  REQUIRE(one);
  REQUIRE(other);
  CHECK(*one != *other);
}
