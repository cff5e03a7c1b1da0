#include "core/host/zerocopy_probe.h"

#include <linux/errqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

#include "core/base/result.h"
#include "core/base/socket.h"
#include "core/base/unique_fd.h"

namespace copybench {
namespace {

struct Connection {
  UniqueFd sender;
  UniqueFd receiver;
};

Result<Connection> connect_to_ourselves(const char* address) {
  const auto listener = listen_tcp(address, 0, {});
  if (!listener) return tl::unexpected(listener.error());
  const auto port = local_port(listener->get());
  if (!port) return tl::unexpected(port.error());
  // connect() succeeds as soon as the kernel has queued it, so one thread can handle both ends.
  auto sender = connect_tcp(address, *port, {});
  if (!sender) return tl::unexpected(sender.error());
  UniqueFd receiver(::accept4(listener->get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!receiver) return tl::unexpected(system_error("accept a TCP connection over loopback", errno));
  return Connection{std::move(*sender), std::move(receiver)};
}

// Returns the completion's COPIED bit.
Result<bool> read_completion(int socket) {
  pollfd entry{socket, 0, 0};  // POLLERR is always reported
  if (::poll(&entry, 1, 1000) <= 0) return fail("no completion came within a second");
  std::array<char, 256> control;
  msghdr message{};
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  if (::recvmsg(socket, &message, MSG_ERRQUEUE) < 0) return tl::unexpected(system_error("reading a completion", errno));
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    const bool is_error = (part->cmsg_level == SOL_IP && part->cmsg_type == IP_RECVERR) ||
                          (part->cmsg_level == SOL_IPV6 && part->cmsg_type == IPV6_RECVERR);
    if (!is_error) continue;
    const auto* error = reinterpret_cast<const sock_extended_err*>(CMSG_DATA(part));
    if (error->ee_origin != SO_EE_ORIGIN_ZEROCOPY || error->ee_errno != 0) continue;
    return (error->ee_code & SO_EE_CODE_ZEROCOPY_COPIED) != 0;
  }
  return fail("the error queue held something else than a completion");
}

void send_one(int socket, ZerocopyProbe& probe) {
  const int on = 1;
  if (::setsockopt(socket, SOL_SOCKET, SO_ZEROCOPY, &on, sizeof on) != 0) {
    probe.reason = "the kernel refuses SO_ZEROCOPY: " + system_error("setsockopt", errno).message;
    return;
  }
  const std::vector<char> payload(16 * 1024, 'z');  // fits any socket's buffers, so that nothing needs to be received
  if (::send(socket, payload.data(), payload.size(), MSG_ZEROCOPY | MSG_NOSIGNAL) < 0) {
    const int error = errno;
    probe.reason = system_error("sending with MSG_ZEROCOPY", error).message;
    if (error == ENOBUFS) {
      probe.reason += ": net.core.optmem_max or the limit of locked memory is too low";
      probe.remedy = "sudo sysctl net.core.optmem_max=131072; sudo prlimit --pid $$ --memlock=unlimited";
    }
    return;
  }
  const auto copied = read_completion(socket);
  if (!copied) {
    probe.reason = copied.error().message;
    return;
  }
  probe.works = true;
  probe.copied = *copied;
}

}  // namespace

ZerocopyProbe probe_zerocopy() {
  ZerocopyProbe probe;
  auto connection = connect_to_ourselves("127.0.0.1");
  if (!connection) {
    const auto first = connection.error();
    connection = connect_to_ourselves("::1");
    if (!connection) {
      probe.reason = first.message;
      probe.remedy = "sudo ip link set lo up";
      return probe;
    }
  }
  probe.loopback = true;
  send_one(connection->sender.get(), probe);
  return probe;
}

Json to_json(const ZerocopyProbe& probe) {
  return {{"loopback", probe.loopback},
          {"works", probe.works},
          {"copied", or_null(probe.copied)},
          {"reason", text_or_null(probe.reason)},
          {"remedy", text_or_null(probe.remedy)}};
}

}  // namespace copybench
