#include "core/run/interruption.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace copybench {

Result<Interruption> Interruption::create() {
  Interruption interruption;
  interruption.fd_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!interruption.fd_) return tl::unexpected(system_error("make an eventfd", errno));
  return interruption;
}

void Interruption::raise(Kind kind) {
  Kind none = Kind::none;
  if (!kind_.compare_exchange_strong(none, kind)) return;
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t n = ::write(fd_.get(), &one, sizeof one);
}

void Interruption::clear() {
  kind_.store(Kind::none);
  uint64_t count;
  [[maybe_unused]] const ssize_t n = ::read(fd_.get(), &count, sizeof count);
}

}  // namespace copybench
