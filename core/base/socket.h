// TCP sockets with the few options that a run sets, and whole transfers with a deadline. The sockets are blocking unless
// said otherwise. Threads: one a socket; shutdown() from another thread ends a blocked call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/base/unique_fd.h"

namespace copybench {

struct StreamSocketOptions {
  std::optional<uint64_t> buffer_bytes;  // SO_SNDBUF and SO_RCVBUF; none leaves the kernel's autotuning on
  bool tcp_nodelay = false;
};

// What is in force after the options were set: the kernel doubles explicit sizes and caps them.
struct EffectiveBuffers {
  int64_t send_bytes = 0;
  int64_t receive_bytes = 0;
};

// A non-blocking listening socket. The host is an IPv4 or IPv6 address; port 0 lets the kernel choose, and
// where it has none left takes any free one. Buffer sizes must
// be set before listen() to count for the window scale of accepted connections, hence the options here.
Result<UniqueFd> listen_tcp(const std::string& host, uint16_t port, const StreamSocketOptions& options);
Result<uint16_t> local_port(int socket);

// Host is a name or an address. The port at this end is the kernel's choice, or any free one where it has none left.
Result<UniqueFd> connect_tcp(const std::string& host, uint16_t port, const StreamSocketOptions& options);

Result<void> set_stream_options(int socket, const StreamSocketOptions& options);
EffectiveBuffers effective_buffers(int socket);

// Whole transfers. An error says how many bytes were missing.
Result<void> send_all(int socket, std::span<const std::byte> bytes);
Result<void> receive_exactly(int socket, std::span<std::byte> bytes, Nanoseconds at_most);

// True if there is something to read, or end of file, or an error to be read; false when the time is over.
bool wait_readable(int socket, Nanoseconds at_most);

}  // namespace copybench
