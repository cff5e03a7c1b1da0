// send() and recv() of the hot path, as system calls. glibc's functions hold their arguments in the register of the frame
// pointer while they are in the kernel, where most samples fall: a profile would lose the callers. Results and errno are
// theirs.
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <span>

namespace copybench {

inline ssize_t send_call(int socket, std::span<const std::byte> bytes, int flags) {
  return ::syscall(SYS_sendto, socket, bytes.data(), bytes.size(), flags, nullptr, 0);
}

inline ssize_t recv_call(int socket, std::span<std::byte> bytes, int flags) {
  return ::syscall(SYS_recvfrom, socket, bytes.data(), bytes.size(), flags, nullptr, nullptr);
}

}  // namespace copybench
