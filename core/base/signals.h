// Signals as a descriptor that poll can wait for. Creating one blocks the signals in the calling thread. Threads started
// afterwards inherit that, so create it before any of them.
#pragma once

#include <signal.h>

#include <initializer_list>
#include <optional>

#include "core/base/result.h"
#include "core/base/unique_fd.h"

namespace copybench {

class SignalFd {
 public:
  static Result<SignalFd> create(std::initializer_list<int> signals);
  int fd() const { return fd_.get(); }
  // Returns the next pending signal, or none. Never blocks.
  std::optional<int> take();

 private:
  UniqueFd fd_;
};

}  // namespace copybench
