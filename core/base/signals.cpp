#include "core/base/signals.h"

#include <errno.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace copybench {

Result<SignalFd> SignalFd::create(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  if (const int error = ::pthread_sigmask(SIG_BLOCK, &set, nullptr); error != 0) {
    return tl::unexpected(system_error("block signals", error));
  }
  SignalFd result;
  result.fd_.reset(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!result.fd_) return tl::unexpected(system_error("make a signalfd", errno));
  return result;
}

std::optional<int> SignalFd::take() {
  signalfd_siginfo info;
  if (::read(fd_.get(), &info, sizeof info) != sizeof info) return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

}  // namespace copybench
