#include "api/http/peer_user.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cstring>
#include <optional>

#include "api/http/host_and_origin.h"
#include "api/http/listener.h"
#include "core/base/unique_fd.h"

namespace copybench {
namespace {

void put_address(const sockaddr_storage& address, __be32* words, __be16& port) {
  if (address.ss_family == AF_INET) {
    const auto& ip = reinterpret_cast<const sockaddr_in&>(address);
    std::memcpy(words, &ip.sin_addr, sizeof ip.sin_addr);
    port = ip.sin_port;
  } else {
    const auto& ip = reinterpret_cast<const sockaddr_in6&>(address);
    std::memcpy(words, &ip.sin6_addr, sizeof ip.sin6_addr);
    port = ip.sin6_port;
  }
}

// Looks up the socket with these two ends (sock_diag(7)). Needs no privilege and costs a few microseconds.
std::optional<uid_t> owner_of(const sockaddr_storage& source, const sockaddr_storage& destination) {
  struct {
    nlmsghdr header{};
    inet_diag_req_v2 query{};
  } request;
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST;
  request.query.sdiag_family = static_cast<__u8>(source.ss_family);
  request.query.sdiag_protocol = IPPROTO_TCP;
  request.query.idiag_states = ~0U;
  request.query.id.idiag_cookie[0] = request.query.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  put_address(source, request.query.id.idiag_src, request.query.id.idiag_sport);
  put_address(destination, request.query.id.idiag_dst, request.query.id.idiag_dport);

  const UniqueFd socket(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!socket || ::send(socket.get(), &request, sizeof request, 0) < 0) return std::nullopt;
  alignas(nlmsghdr) char answer[4096];
  const ssize_t n = ::recv(socket.get(), answer, sizeof answer, MSG_DONTWAIT);  // available when send() returns
  const auto* header = reinterpret_cast<const nlmsghdr*>(answer);
  if (n < static_cast<ssize_t>(NLMSG_LENGTH(sizeof(inet_diag_msg))) || header->nlmsg_type != SOCK_DIAG_BY_FAMILY) return std::nullopt;
  inet_diag_msg found;
  std::memcpy(&found, answer + NLMSG_HDRLEN, sizeof found);
  // The kernel reports root as the owner of a socket that is already closed.
  const bool owned = found.idiag_state == TCP_ESTABLISHED || found.idiag_state == TCP_CLOSE_WAIT || found.idiag_inode != 0;
  return owned ? std::optional(found.idiag_uid) : std::nullopt;
}

}  // namespace

std::string user_of_peer(int socket) {
  sockaddr_storage own{}, peer{};
  socklen_t own_length = sizeof own, peer_length = sizeof peer;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&own), &own_length) != 0) return "";
  if (own.ss_family == AF_UNIX) {
    ucred credentials{};
    socklen_t length = sizeof credentials;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) return "";
    return std::to_string(credentials.uid);
  }
  if (::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &peer_length) != 0) return "";
  if (own.ss_family != peer.ss_family || !is_loopback_host(ip_of(peer))) return "";
  const auto owner = owner_of(peer, own);
  return owner ? std::to_string(*owner) : "";
}

}  // namespace copybench
