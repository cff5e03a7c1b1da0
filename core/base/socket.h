// TCP sockets with the few options that a run sets, and complete transfers with a deadline. Sockets are blocking unless stated
// otherwise. Threads: one per socket; shutdown() from another thread ends a blocked call.
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

// The effective sizes after the options were set: the kernel doubles explicit sizes and caps them.
struct EffectiveBuffers {
  int64_t send_bytes = 0;
  int64_t receive_bytes = 0;
};

// Returns a non-blocking listening socket. The host is an IPv4 or IPv6 address. With port 0 the kernel chooses the port; if it
// has none left, any free port is used. The options are set here because buffer sizes must be set before listen() to count for
// the window scale of accepted connections.
Result<UniqueFd> listen_tcp(const std::string& host, uint16_t port, const StreamSocketOptions& options);
Result<uint16_t> local_port(int socket);

// The host is a name or an address. The kernel chooses the local port; if it has none left, any free port is used.
Result<UniqueFd> connect_tcp(const std::string& host, uint16_t port, const StreamSocketOptions& options);

Result<void> set_stream_options(int socket, const StreamSocketOptions& options);
EffectiveBuffers effective_buffers(int socket);

// Complete transfers. An error says how many bytes were missing.
Result<void> send_all(int socket, std::span<const std::byte> bytes);
Result<void> receive_exactly(int socket, std::span<std::byte> bytes, Nanoseconds at_most);

// Returns true if data, end of file or an error can be read, false when the time is over.
bool wait_readable(int socket, Nanoseconds at_most);

}  // namespace copybench
