#include "core/base/socket.h"

#include <errno.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <random>

namespace copybench {
namespace {

constexpr int kBacklog = 1024;

using AddressList = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

Result<AddressList> resolve(const std::string& host, uint16_t port, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int code = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
  if (code != 0) return fail(fmt::format("the host {:?}: {}", host, ::gai_strerror(code)));
  return AddressList(list, &::freeaddrinfo);
}

Result<void> set_option(int socket, int level, int name, int value, const char* what) {
  if (::setsockopt(socket, level, name, &value, sizeof value) != 0) {
    return tl::unexpected(system_error(std::string("set ") + what, errno));
  }
  return {};
}

// Binds to any free port, if all ports that the kernel chooses from are taken, maybe all by one user. Sets errno on failure.
bool bind_to_any_port(int socket, sockaddr_storage address, socklen_t length) {
  constexpr int kTries = 1000;
  constexpr uint16_t kFirst = 1024;  // lower ports need a privilege
  std::minstd_rand random(std::random_device{}());
  std::uniform_int_distribution<int> ports(kFirst, 65535);
  auto& port = address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<sockaddr_in&>(address).sin_port;
  for (int i = 0; i < kTries; ++i) {
    port = htons(static_cast<uint16_t>(ports(random)));
    if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), length) == 0) return true;
    if (errno != EADDRINUSE) return false;
  }
  return false;
}

bool listen_on(int socket, const addrinfo& address, bool any_port) {
  if (::bind(socket, address.ai_addr, address.ai_addrlen) != 0) {
    if (!any_port || errno != EADDRINUSE) return false;
    sockaddr_storage chosen{};
    ::memcpy(&chosen, address.ai_addr, address.ai_addrlen);
    if (!bind_to_any_port(socket, chosen, address.ai_addrlen)) return false;
  }
  return ::listen(socket, kBacklog) == 0;
}

bool connect_from_any_port(int socket, const addrinfo& address) {
  if (::connect(socket, address.ai_addr, address.ai_addrlen) == 0) return true;
  if (errno != EADDRNOTAVAIL) return false;
  sockaddr_storage from{};  // any address
  from.ss_family = static_cast<sa_family_t>(address.ai_family);
  return bind_to_any_port(socket, from, address.ai_addrlen) && ::connect(socket, address.ai_addr, address.ai_addrlen) == 0;
}

}  // namespace

Result<void> set_stream_options(int socket, const StreamSocketOptions& options) {
  if (options.buffer_bytes) {
    const int bytes = static_cast<int>(*options.buffer_bytes);
    if (auto set = set_option(socket, SOL_SOCKET, SO_SNDBUF, bytes, "SO_SNDBUF"); !set) return set;
    if (auto set = set_option(socket, SOL_SOCKET, SO_RCVBUF, bytes, "SO_RCVBUF"); !set) return set;
  }
  return set_option(socket, IPPROTO_TCP, TCP_NODELAY, options.tcp_nodelay ? 1 : 0, "TCP_NODELAY");
}

Result<UniqueFd> listen_tcp(const std::string& host, uint16_t port, const StreamSocketOptions& options) {
  auto addresses = resolve(host, port, AI_NUMERICHOST | AI_PASSIVE);
  if (!addresses) return tl::unexpected(addresses.error());
  const addrinfo& address = **addresses;
  UniqueFd socket(::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return tl::unexpected(system_error("make a socket", errno));
  if (auto set = set_option(socket.get(), SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR"); !set) return tl::unexpected(set.error());
  if (auto set = set_stream_options(socket.get(), options); !set) return tl::unexpected(set.error());
  if (!listen_on(socket.get(), address, port == 0)) {
    return tl::unexpected(system_error(fmt::format("listen on {} port {}", host, port), errno));
  }
  return socket;
}

Result<uint16_t> local_port(int socket) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    return tl::unexpected(system_error("read the socket's address", errno));
  }
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&address)->sin6_port
                                             : reinterpret_cast<sockaddr_in*>(&address)->sin_port);
}

Result<UniqueFd> connect_tcp(const std::string& host, uint16_t port, const StreamSocketOptions& options) {
  auto addresses = resolve(host, port, 0);
  if (!addresses) return tl::unexpected(addresses.error());
  Error last{"no address"};
  for (const addrinfo* address = addresses->get(); address != nullptr; address = address->ai_next) {
    UniqueFd socket(::socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket) return tl::unexpected(system_error("make a socket", errno));
    if (auto set = set_stream_options(socket.get(), options); !set) return tl::unexpected(set.error());
    if (connect_from_any_port(socket.get(), *address)) return socket;
    last = system_error(fmt::format("connect to {} port {}", host, port), errno);
  }
  return tl::unexpected(last);
}

EffectiveBuffers effective_buffers(int socket) {
  int send = 0;
  int receive = 0;
  socklen_t length = sizeof send;
  ::getsockopt(socket, SOL_SOCKET, SO_SNDBUF, &send, &length);
  length = sizeof receive;
  ::getsockopt(socket, SOL_SOCKET, SO_RCVBUF, &receive, &length);
  return {send, receive};
}

Result<void> send_all(int socket, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n > 0) {
      bytes = bytes.subspan(static_cast<size_t>(n));
    } else if (n < 0 && errno != EINTR) {
      return tl::unexpected(system_error(fmt::format("send ({} bytes were left)", bytes.size()), errno));
    }
  }
  return {};
}

bool wait_readable(int socket, Nanoseconds at_most) {
  const auto deadline = Monotonic::now() + at_most;
  for (;;) {
    pollfd readable{socket, POLLIN, 0};
    const auto left = std::max(Nanoseconds{0}, std::chrono::duration_cast<Nanoseconds>(deadline - Monotonic::now()));
    const int ready = ::poll(&readable, 1, static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count()));
    if (ready > 0 && (readable.revents & (POLLIN | POLLHUP)) != 0) return true;
    // Zero-copy notifications raise only POLLERR, for as long as they are unread. The socket is not readable then.
    if (ready > 0 && (readable.revents & POLLNVAL) != 0) return true;
    if (ready == 0 || left == Nanoseconds{0}) return false;
  }
}

Result<void> receive_exactly(int socket, std::span<std::byte> bytes, Nanoseconds at_most) {
  const auto deadline = Monotonic::now() + at_most;
  while (!bytes.empty()) {
    if (!wait_readable(socket, deadline - Monotonic::now())) {
      return fail(fmt::format("nothing came for {:.1f} s, {} bytes were missing", to_seconds(at_most), bytes.size()));
    }
    const ssize_t n = ::recv(socket, bytes.data(), bytes.size(), 0);
    if (n == 0) return fail(fmt::format("the peer closed the connection, {} bytes were missing", bytes.size()));
    if (n > 0) {
      bytes = bytes.subspan(static_cast<size_t>(n));
    } else if (errno != EINTR && errno != EAGAIN) {
      return tl::unexpected(system_error(fmt::format("receive ({} bytes were missing)", bytes.size()), errno));
    }
  }
  return {};
}

}  // namespace copybench
