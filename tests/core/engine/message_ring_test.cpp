#include "core/engine/message_ring.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <set>

using namespace copybench;

TEST_CASE("the ring holds the bytes that may be in flight, in whole pages, and at least two messages") {
  CHECK(MessageRing::slots_for(512, 4 << 20) == 128);
  CHECK(MessageRing::slots_for(4096, 4 << 20) == 128);
  CHECK(MessageRing::slots_for(4097, 4 << 20) == 64);
  CHECK(MessageRing::slots_for(4 << 20, 4 << 20) == 2);
}

TEST_CASE("each field is memory of its own, page-aligned where it should be") {
  for (const auto memory : {FieldMemory::heap, FieldMemory::page_locked}) {
    auto ring = MessageRing::create(memory, 512, 4);
    REQUIRE(ring);
    std::set<const std::byte*> seen;
    for (uint32_t slot = 0; slot < 4; ++slot) {
      for (const auto& field : (*ring)[slot]) {
        CHECK(field.size() == 512);
        CHECK(seen.insert(field.data()).second);
        if (memory == FieldMemory::page_locked) CHECK(reinterpret_cast<uintptr_t>(field.data()) % ::sysconf(_SC_PAGESIZE) == 0);
      }
    }
  }
}

TEST_CASE("after verification the headers have no checksum") {
  auto ring = MessageRing::create(FieldMemory::heap, 64, 2);
  REQUIRE(ring);
  fill_checked((*ring)[1], 1, 1);
  CHECK(read_header((*ring)[1][0]).checked == 1);
  ring->clear_headers();
  CHECK(read_header((*ring)[1][0]).checked == 0);
  CHECK(read_header((*ring)[1][0]).crc32c == 0);
}
