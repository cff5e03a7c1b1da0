// SHA-256, fed piece by piece. One thread.
#pragma once

#include <memory>
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
  std::string hexadecimal();  // of all that was added; once, at the end

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace copybench
