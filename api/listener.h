// The socket that the API listens on: TCP, or a unix socket.
//
// Lifetime: open() binds and listens; the destructor closes, and removes a unix socket's file. Threads: one at a time.
// Errors: an address in use, a port that needs privileges, a name that cannot be resolved: each with what to do.
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
  std::string path;   // of a unix socket; else empty

  bool operator==(const ListenAddress&) const = default;
};

// "127.0.0.1:8090", "localhost:8090", "[::1]:0", "unix:/run/copybench.sock".
Result<ListenAddress> parse_listen_address(std::string_view text);
std::string to_string(const ListenAddress& address);

struct AddressProblem {
  std::string message;
  bool may_pass = false;  // names cannot be resolved just now
};

// Whether other machines get to the address, as far as that can be told without listening there; or why nobody can listen
// there at all. A name is resolved.
tl::expected<bool, AddressProblem> reached_from_elsewhere(const ListenAddress& address);

// Why nobody can listen at the address, whatever the port: no interface of this machine has it.
Result<void> has_interface(const ListenAddress& address);

// What is said where they do, and there is no token.
std::string token_needed(std::string_view address);

class Listener {
 public:
  // No SO_REUSEPORT: a second daemon on the same port must fail. A unix socket's file that nobody listens on any more
  // is replaced; a file that is no socket is left alone.
  static Result<Listener> open(const ListenAddress& address);
  Listener(Listener&& other) noexcept;
  Listener& operator=(Listener&&) = delete;
  ~Listener();

  int fd() const { return fd_.get(); }                       // non-blocking
  const ListenAddress& address() const { return address_; }  // with the port that was chosen
  bool loopback() const;                                     // or a unix socket: no other machine gets here

 private:
  Listener(UniqueFd fd, ListenAddress address);
  UniqueFd fd_;
  ListenAddress address_;
};

// "" for a unix socket. An IPv4 address that came by an IPv6 socket is told as IPv4.
std::string ip_of(const sockaddr_storage& address);
// The IP address of this end of a connection.
std::string local_ip(int socket);

}  // namespace copybench
