// Incremental SHA-256, and HMAC-SHA-256 of a short text. Threads: one at a time per object.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace copybench {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void add(std::string_view bytes);
  std::string hexadecimal();  // of all added bytes; call once, at the end

 private:
  struct State;
  std::unique_ptr<State> state_;
};

using HmacSha256 = std::array<std::byte, 32>;
HmacSha256 hmac_sha256(std::span<const std::byte> key, std::span<const std::byte> text);  // RFC 2104

// Compares in a time that does not depend on where the contents differ. Returns false at once if the lengths differ.
bool equal_secrets(std::span<const std::byte> a, std::span<const std::byte> b);

}  // namespace copybench
