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
