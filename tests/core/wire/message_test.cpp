#include "core/wire/message.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using namespace copybench;

namespace {

struct Message {
  explicit Message(size_t field_bytes) : bytes(8 * field_bytes) {
    for (size_t i = 0; i < fields.size(); ++i) fields[i] = std::span(bytes).subspan(i * field_bytes, field_bytes);
  }
  std::optional<std::string> check_as_one(uint64_t sequence) {
    const std::span<const std::byte> whole = bytes;
    return check({&whole, 1}, sequence);
  }
  std::optional<std::string> check_as_fields(uint64_t sequence) {
    std::array<std::span<const std::byte>, kFieldsPerMessage> parts;
    std::copy(fields.begin(), fields.end(), parts.begin());
    return check(parts, sequence);
  }
  std::vector<std::byte> bytes;
  Fields fields;
};

}  // namespace

TEST_CASE("a checked message passes however its receiver stores it") {
  for (const size_t field_bytes : {64, 65, 1000, 4096}) {
    Message message(field_bytes);
    fill_checked(message.fields, 41, 1234);
    CHECK(!message.check_as_one(41));
    CHECK(!message.check_as_fields(41));
    CHECK(read_header(message.fields[0]).sent_ns == 1234);
  }
}

TEST_CASE("every single changed byte is detected") {
  Message message(64);
  fill_checked(message.fields, 3, 99);
  for (size_t i = 0; i < message.bytes.size(); ++i) {
    message.bytes[i] ^= std::byte{1};
    CHECK_MESSAGE(message.check_as_one(3), "byte " << i);
    message.bytes[i] ^= std::byte{1};
  }
  CHECK(!message.check_as_one(3));
}

TEST_CASE("another message's bytes in its place are detected") {
  Message earlier(128);
  Message later(128);
  fill_checked(earlier.fields, 5, 0);
  fill_checked(later.fields, 6, 0);
  CHECK(later.check_as_one(5));
  std::copy_n(later.bytes.begin() + 512, 512, earlier.bytes.begin() + 512);
  CHECK(earlier.check_as_one(5)->find("bytes that were not sent in it") != std::string::npos);
}

TEST_CASE("within the window 16 bytes are written and nothing else") {
  Message message(64);
  std::fill(message.bytes.begin(), message.bytes.end(), std::byte{0x5a});
  stamp(message.fields[0], 1, 2);
  CHECK(std::all_of(message.bytes.begin() + 16, message.bytes.end(), [](std::byte b) { return b == std::byte{0x5a}; }));
}
