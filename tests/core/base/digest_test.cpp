#include "core/base/digest.h"

#include <doctest/doctest.h>

using namespace copybench;

TEST_CASE("the digests of FIPS 180's examples, in pieces or at once") {
  Sha256 empty;
  CHECK(empty.hexadecimal() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  Sha256 pieces;
  pieces.add("a");
  pieces.add("");
  pieces.add("bc");
  CHECK(pieces.hexadecimal() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("HMAC-SHA-256 of RFC 4231's second test case") {
  const auto bytes = [](std::string_view text) { return std::as_bytes(std::span(text)); };
  const HmacSha256 code = hmac_sha256(bytes("Jefe"), bytes("what do ya want for nothing?"));
  CHECK(code[0] == std::byte{0x5b});
  CHECK(code[1] == std::byte{0xdc});
  CHECK(code[30] == std::byte{0x38});
  CHECK(code[31] == std::byte{0x43});
  CHECK(equal_secrets(code, hmac_sha256(bytes("Jefe"), bytes("what do ya want for nothing?"))));
  CHECK_FALSE(equal_secrets(code, hmac_sha256(bytes("Jeff"), bytes("what do ya want for nothing?"))));
  CHECK_FALSE(equal_secrets(code, std::span(code).first(31)));
}
