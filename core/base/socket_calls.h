// send() and recv() of the hot path, as direct system calls. glibc's functions keep arguments in the frame pointer's register
// during the system call. Most samples fall there, and a profile would lose their callers. Results and errno are as with send()
// and recv().
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
