// Asks the running measurement to stop. Wraps an eventfd, so that the executor notices it while it waits in poll. raise()
// and kind() may be called from any thread; the executor's thread waits for fd().
#pragma once

#include <atomic>
#include <cstdint>

#include "core/base/result.h"
#include "core/base/unique_fd.h"

namespace copybench {

class Interruption {
 public:
  enum class Kind : uint8_t {
    none,
    cancel,  // the experiment was cancelled
    stop,    // the daemon is stopping
  };

  static Result<Interruption> create();
  Interruption(Interruption&& other) noexcept : fd_(std::move(other.fd_)), kind_(other.kind()) {}

  // The first call counts; later ones are ignored until clear().
  void raise(Kind kind);
  // Call before the next run.
  void clear();
  Kind kind() const { return kind_.load(); }
  int fd() const { return fd_.get(); }  // readable from raise() to clear()

 private:
  Interruption() = default;
  UniqueFd fd_;
  std::atomic<Kind> kind_{Kind::none};
};

}  // namespace copybench
