#include "api/http/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

#include "api/http/host_and_origin.h"

namespace copybench {
namespace {

constexpr int kBacklog = 1024;  // if it is full, a client waits one second before it retries

Error cannot_listen(const ListenAddress& address, int error) {
  const std::string where = to_string(address);
  switch (error) {
    case EADDRINUSE:
      return Error{
          fmt::format("cannot listen on {}: address in use. Another copybenchd or another program listens there: stop "
                      "it, or choose "
                      "another address with --listen",
                      where)};
    case EACCES:
    case EPERM:
      return Error{fmt::format("cannot listen on {}: permission denied. Choose {} with --listen", where,
                               address.path.empty() ? "a port of 1024 or above" : "a folder that you may write to")};
    case EADDRNOTAVAIL:
      return Error{fmt::format("cannot listen on {}: no interface of this machine has that address", where)};
    default:
      return system_error("cannot listen on " + where, error);
  }
}

// The systemd unit creates it at its start (RuntimeDirectory=), so it may be missing before.
constexpr std::string_view kServiceSockets = "/run/copybench";

// Why nothing can listen on a unix socket at that path; empty if it may succeed.
std::string path_problem(const ListenAddress& address) {
  const auto problem = [&](std::string_view why) { return fmt::format("cannot listen on {}: {}", to_string(address), why); };
  constexpr size_t kMost = sizeof(sockaddr_un::sun_path) - 1;
  if (address.path.size() > kMost) return problem(fmt::format("a unix socket's path has at most {} bytes", kMost));
  struct stat status {};
  if (::lstat(address.path.c_str(), &status) == 0) {
    return S_ISSOCK(status.st_mode) ? "" : problem("there is a file of that name that is no socket");
  }
  auto folder = std::filesystem::path(address.path).parent_path();
  if (folder.empty()) folder = ".";
  if (folder == kServiceSockets && ::access(folder.c_str(), F_OK) != 0) return "";
  if (::stat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
    return problem(fmt::format("there is no folder {}", folder.string()));
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) return problem("permission denied. Choose a folder that you may write to");
  return "";
}

Result<UniqueFd> listen_unix(const ListenAddress& address) {
  if (auto problem = path_problem(address); !problem.empty()) return fail(std::move(problem));
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  address.path.copy(name.sun_path, sizeof name.sun_path - 1);
  const auto* generic = reinterpret_cast<const sockaddr*>(&name);

  struct stat status {};
  if (::lstat(address.path.c_str(), &status) == 0) {
    const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (::connect(probe.get(), generic, sizeof name) == 0 || errno == EAGAIN) {
      return tl::unexpected(cannot_listen(address, EADDRINUSE));
    }
    if (errno == ECONNREFUSED) ::unlink(address.path.c_str());  // left behind by a daemon that was killed
  }

  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return tl::unexpected(system_error("make a socket", errno));
  // The mode of the file that bind() creates, less the umask. Write permission allows to connect.
  ::fchmod(fd.get(), 0660);
  if (::bind(fd.get(), generic, sizeof name) != 0 || ::listen(fd.get(), kBacklog) != 0) {
    return tl::unexpected(cannot_listen(address, errno));
  }
  return fd;
}

using AddressList = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

tl::expected<AddressList, AddressProblem> resolve(const ListenAddress& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  // "localhost" is always this machine (RFC 6761), even if neither /etc/hosts nor a name server has the name.
  const std::string host = address.host == "localhost" ? "127.0.0.1" : address.host;
  const int code = ::getaddrinfo(host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
  if (code != 0) {
    return tl::unexpected(AddressProblem{
        fmt::format("cannot listen on {}: {}", to_string(address), ::gai_strerror(code)), code == EAI_AGAIN});
  }
  return AddressList(found, &::freeaddrinfo);
}

Result<UniqueFd> listen_tcp_at(const ListenAddress& address) {
  const auto list = resolve(address);
  if (!list) return fail(list.error().message);

  // A name may resolve to ::1 and 127.0.0.1. Try IPv4 first, because users type it by hand.
  int error = EADDRNOTAVAIL;
  for (const int family : {AF_INET, AF_INET6}) {
    for (const addrinfo* entry = list->get(); entry != nullptr; entry = entry->ai_next) {
      if (entry->ai_family != family) continue;
      UniqueFd fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      if (!fd) return tl::unexpected(system_error("make a socket", errno));
      // Allows to bind while connections of an earlier daemon are in TIME_WAIT. A listening daemon still makes it fail.
      const int on = 1;
      ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
      if (::bind(fd.get(), entry->ai_addr, entry->ai_addrlen) == 0 && ::listen(fd.get(), kBacklog) == 0) return fd;
      error = errno;
    }
  }
  return tl::unexpected(cannot_listen(address, error));
}

uint16_t port_of(int socket) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) != 0) return 0;
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&address)->sin6_port
                                             : reinterpret_cast<sockaddr_in*>(&address)->sin_port);
}

}  // namespace

Result<ListenAddress> parse_listen_address(std::string_view text) {
  const auto wrong = [&](std::string_view why) {
    return fail(
        fmt::format("\"{}\" is no address to listen on: {}; allowed: HOST:PORT, [IPV6]:PORT, unix:PATH", text, why));
  };
  if (text.find('\0') != std::string_view::npos) return wrong("it contains a NUL byte");
  ListenAddress address;
  if (text.starts_with("unix:")) {
    address.path = text.substr(5);
    if (address.path.empty()) return wrong("the path is empty");
    return address;
  }
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong("there is no port");
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return wrong("an IPv6 address needs brackets");
  }
  if (host.empty()) return wrong("the host is empty");
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc{} || end != port.data() + port.size()) return wrong("the port is no number from 0 to 65535");
  address.host = host;
  return address;
}

std::string to_string(const ListenAddress& address) {
  if (!address.path.empty()) return "unix:" + address.path;
  const bool brackets = address.host.find(':') != std::string::npos;
  return brackets ? fmt::format("[{}]:{}", address.host, address.port)
                  : fmt::format("{}:{}", address.host, address.port);
}

tl::expected<bool, AddressProblem> reached_from_elsewhere(const ListenAddress& address) {
  if (!address.path.empty()) {
    auto problem = path_problem(address);
    if (!problem.empty()) return tl::unexpected(AddressProblem{std::move(problem)});
    return false;
  }
  const auto list = resolve(address);
  if (!list) return tl::unexpected(list.error());
  for (const addrinfo* entry = list->get(); entry != nullptr; entry = entry->ai_next) {
    sockaddr_storage one{};
    std::memcpy(&one, entry->ai_addr, std::min<size_t>(entry->ai_addrlen, sizeof one));
    if (!is_loopback_host(ip_of(one))) return true;
  }
  return false;
}

Result<void> has_interface(const ListenAddress& address) {
  if (!address.path.empty()) return {};
  ListenAddress any_port = address;
  any_port.port = 0;
  const auto list = resolve(any_port);
  if (!list) return fail(list.error().message);
  int error = 0;
  for (const addrinfo* entry = list->get(); entry != nullptr; entry = entry->ai_next) {
    const UniqueFd fd(::socket(entry->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd) continue;
    if (::bind(fd.get(), entry->ai_addr, entry->ai_addrlen) == 0) return {};
    error = errno;
  }
  if (error == EADDRNOTAVAIL) return tl::unexpected(cannot_listen(address, error));
  return {};
}

std::string token_needed(std::string_view address) {
  return fmt::format(
      "{} can be reached from other machines, so a token is needed: make one with (umask 077; head -c 32 "
      "/dev/urandom | base64 >FILE) and name it with --token-file FILE, or listen on 127.0.0.1:PORT or unix:PATH",
      address);
}

Result<Listener> Listener::open(const ListenAddress& address) {
  auto fd = address.path.empty() ? listen_tcp_at(address) : listen_unix(address);
  if (!fd) return tl::unexpected(std::move(fd.error()));
  ListenAddress actual = address;
  if (address.path.empty()) actual.port = port_of(fd->get());
  return Listener(std::move(*fd), std::move(actual));
}

Listener::Listener(UniqueFd fd, ListenAddress address) : fd_(std::move(fd)), address_(std::move(address)) {}

Listener::Listener(Listener&& other) noexcept = default;

Listener::~Listener() {
  if (fd_ && !address_.path.empty()) ::unlink(address_.path.c_str());
}

bool Listener::loopback() const {
  return !address_.path.empty() || is_loopback_host(local_ip(fd_.get()));
}

std::string ip_of(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.ss_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(&address)->sin_addr, text, sizeof text);
  } else if (address.ss_family == AF_INET6) {
    const in6_addr& ip = reinterpret_cast<const sockaddr_in6*>(&address)->sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&ip)) {
      inet_ntop(AF_INET, &ip.s6_addr[12], text, sizeof text);
    } else {
      inet_ntop(AF_INET6, &ip, text, sizeof text);
    }
  }
  return text;
}

std::string local_ip(int socket) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) != 0) return "";
  return ip_of(address);
}

}  // namespace copybench
