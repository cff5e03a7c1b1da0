// The socket that the API listens on: TCP, or a unix socket.
//
// Lifetime: open() binds and listens; the destructor closes, and removes a unix socket's file. Threads: one at a time.
// Errors: address in use, a port that needs privileges, a name that cannot be resolved; each with what to do.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/base/unique_fd.h"

namespace copybench {

struct ListenAddress {
  std::string host;   // name or address, IPv6 without brackets; empty for a unix socket
  uint16_t port = 0;  // 0: any free one
  std::string path;   // of a unix socket; empty for TCP

  bool operator==(const ListenAddress&) const = default;
};

// "127.0.0.1:8090", "localhost:8090", "[::1]:0", "unix:/run/copybench.sock".
Result<ListenAddress> parse_listen_address(std::string_view text);
std::string to_string(const ListenAddress& address);

struct AddressProblem {
  std::string message;
  bool may_pass = false;  // temporary: the name cannot be resolved now
};

// Whether other machines can reach the address, as far as that can be found without listening there; or why nothing can listen
// there. Resolves a name.
tl::expected<bool, AddressProblem> reached_from_elsewhere(const ListenAddress& address);

// Fails if nothing can listen at the address on any port, because no interface of this machine has it.
Result<void> has_interface(const ListenAddress& address);

// The error for an address that other machines can reach while no token is configured.
std::string token_needed(std::string_view address);

class Listener {
 public:
  // No SO_REUSEPORT: a second daemon on the same port must fail. Replaces a unix socket's file that no process listens on any
  // more; leaves a file that is no socket alone.
  static Result<Listener> open(const ListenAddress& address);
  Listener(Listener&& other) noexcept;
  Listener& operator=(Listener&&) = delete;
  ~Listener();

  int fd() const { return fd_.get(); }                       // non-blocking
  const ListenAddress& address() const { return address_; }  // with the chosen port
  bool loopback() const;                                     // also for a unix socket: no other machine can connect

 private:
  Listener(UniqueFd fd, ListenAddress address);
  UniqueFd fd_;
  ListenAddress address_;
};

// "" for a unix socket. An IPv4 address on an IPv6 socket is returned as IPv4.
std::string ip_of(const sockaddr_storage& address);
// The IP address of this end of a connection.
std::string local_ip(int socket);

}  // namespace copybench
