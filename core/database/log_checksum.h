// The checksum that SQLite keeps in its write-ahead log. Pure.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace copybench {

// The cumulative checksum of a log, over 32-bit words in the byte order that the log's magic number names
// (https://sqlite.org/walformat.html, 4.2).
class LogChecksum {
 public:
  explicit LogChecksum(bool big_endian) : big_endian_(big_endian) {}
  void add(const char* bytes, size_t length) {
    const bool swapped = big_endian_ != (std::endian::native == std::endian::big);
    uint32_t first = first_, second = second_;
    for (size_t at = 0; at + 8 <= length; at += 8) {
      uint32_t words[2];
      std::memcpy(words, bytes + at, sizeof words);
      first += (swapped ? __builtin_bswap32(words[0]) : words[0]) + second;
      second += (swapped ? __builtin_bswap32(words[1]) : words[1]) + first;
    }
    first_ = first;
    second_ = second;
  }
  // Goes on from a frame's stored checksum.
  void start_from(const char* stored) {
    first_ = word(stored);
    second_ = word(stored + 4);
  }
  // Stored big-endian whatever the order of the words.
  bool is(const char* stored) const { return word(stored) == first_ && word(stored + 4) == second_; }

  // Reads a number of the log's headers, which are big-endian.
  static uint32_t word(const char* bytes) {
    uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
  }

 private:
  const bool big_endian_;
  uint32_t first_ = 0, second_ = 0;
};

}  // namespace copybench
