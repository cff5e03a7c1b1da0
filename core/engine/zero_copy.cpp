// Passes the 8 fields to sendmsg with MSG_ZEROCOPY. The kernel sends from our pages, and reports on the error queue when it no
// longer needs them and whether it copied them after all. See Documentation/networking/msg_zerocopy.rst of Linux.
#include <errno.h>
#include <fmt/format.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>

#include "core/engine/completions.h"
#include "core/engine/paths.h"

namespace copybench {
namespace {

// Reading the error queue costs a system call, so notifications are read in groups.
constexpr uint32_t kSendsPerDrain = 16;
// How often the engine checks for a stop while it waits for a completion.
constexpr std::chrono::milliseconds kStopCheck{250};

class ZeroCopy : public SendPath {
 public:
  explicit ZeroCopy(const SendPathOptions& options) : options_(options), completions_(options.ring->slots()) {}

  Result<uint32_t> acquire() override {
    if (options_.reuse_early) return 0;
    const uint32_t slot = next_;
    if (++next_ == options_.ring->slots()) next_ = 0;
    if (since_drain_ >= kSendsPerDrain) {
      if (auto drained = read_notifications(); !drained) return tl::unexpected(drained.error());
    }
    while (!completions_.is_free(slot)) {
      if (options_.stopping->load(std::memory_order_relaxed)) return fail("the engine is stopping");
      if (auto waited = wait_for_notification(kStopCheck); !waited) return tl::unexpected(waited.error());
    }
    return slot;
  }

  Result<void> send(uint32_t slot) override {
    Iovecs left((*options_.ring)[slot]);
    while (!left.empty()) {
      const msghdr message = left.header();
      const ssize_t n = ::sendmsg(options_.socket, &message, MSG_NOSIGNAL | MSG_ZEROCOPY);
      if (n >= 0) {
        left.advance(static_cast<size_t>(n));
        completions_.sent(slot);
        ++since_drain_;
        SendCounters::add(options_.counters->zerocopy_sends, 1);
        if (!left.empty()) SendCounters::add(options_.counters->partial_sends, 1);
      } else if (errno == ENOBUFS) {
        SendCounters::add(options_.counters->zerocopy_enobufs, 1);
        if (auto made_room = make_room(); !made_room) return made_room;
      } else if (errno != EINTR) {
        return tl::unexpected(system_error("sendmsg with MSG_ZEROCOPY", errno));
      }
    }
    return {};
  }

  Result<void> drain(Nanoseconds at_most) override {
    const auto deadline = Monotonic::now() + at_most;
    if (auto read = read_notifications(); !read) return read;
    while (completions_.outstanding() > 0) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Monotonic::now());
      if (left.count() <= 0) {
        return fail(fmt::format("{} zero-copy sends had not completed after {:.1f} s", completions_.outstanding(),
                                to_seconds(at_most)));
      }
      if (auto waited = wait_for_notification(std::min(left, kStopCheck)); !waited) return waited;
    }
    return {};
  }

 private:
  // ENOBUFS: the socket's option memory (a notification is charged there) or the limit of locked pages is used up.
  Result<void> make_room() {
    if (completions_.outstanding() == 0) {
      return fail(
          "sendmsg with MSG_ZEROCOPY: ENOBUFS with nothing in flight: the message needs more than net.core.optmem_max "
          "(sysctl -w net.core.optmem_max=1048576) or RLIMIT_MEMLOCK (ulimit -l; not counted with CAP_IPC_LOCK) allows");
    }
    if (options_.stopping->load(std::memory_order_relaxed)) return fail("the engine is stopping");
    return wait_for_notification(kStopCheck);
  }

  // POLLERR is always reported, so no event is requested.
  Result<void> wait_for_notification(std::chrono::milliseconds at_most) {
    pollfd socket{options_.socket, 0, 0};
    if (::poll(&socket, 1, static_cast<int>(at_most.count())) < 0 && errno != EINTR) {
      return tl::unexpected(system_error("poll for zero-copy notifications", errno));
    }
    const uint32_t before = completions_.outstanding();
    if (auto read = read_notifications(); !read) return read;
    if ((socket.revents & (POLLHUP | POLLNVAL)) != 0 && completions_.outstanding() == before) {
      return fail("the connection ended before its zero-copy sends completed");
    }
    return {};
  }

  Result<void> read_notifications() {
    since_drain_ = 0;
    for (;;) {
      alignas(cmsghdr) char control[128];
      msghdr message{};
      message.msg_control = control;
      message.msg_controllen = sizeof control;
      if (::recvmsg(options_.socket, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) {
        if (errno == EAGAIN) return {};
        if (errno == EINTR) continue;
        return tl::unexpected(system_error("read the error queue", errno));
      }
      for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
        const bool is_error = (part->cmsg_level == SOL_IP && part->cmsg_type == IP_RECVERR) ||
                              (part->cmsg_level == SOL_IPV6 && part->cmsg_type == IPV6_RECVERR);
        if (!is_error) continue;
        if (auto counted = count(*reinterpret_cast<const sock_extended_err*>(CMSG_DATA(part))); !counted) return counted;
      }
    }
  }

  Result<void> count(const sock_extended_err& notification) {
    if (notification.ee_origin != SO_EE_ORIGIN_ZEROCOPY || notification.ee_errno != 0) {
      return fail(fmt::format("the error queue holds something else than a zero-copy notification (origin {}, errno {})",
                              notification.ee_origin, notification.ee_errno));
    }
    if (auto done = completions_.completed(notification.ee_info, notification.ee_data); !done) return done;
    const uint64_t n = uint64_t{notification.ee_data - notification.ee_info} + 1;
    SendCounters::add(options_.counters->zerocopy_completions, n);
    if ((notification.ee_code & SO_EE_CODE_ZEROCOPY_COPIED) != 0) {
      SendCounters::add(options_.counters->zerocopy_copied, n);
    }
    return {};
  }

  SendPathOptions options_;
  Completions completions_;
  uint32_t next_ = 0;
  uint32_t since_drain_ = 0;
};

}  // namespace

Result<std::unique_ptr<SendPath>> make_zero_copy(const SendPathOptions& options) {
  const int on = 1;
  if (::setsockopt(options.socket, SOL_SOCKET, SO_ZEROCOPY, &on, sizeof on) != 0) {
    return tl::unexpected(system_error("set SO_ZEROCOPY (zero-copy TCP needs Linux 4.14 or later)", errno));
  }
  // If the option is not in effect, the kernel silently ignores MSG_ZEROCOPY.
  int in_force = 0;
  socklen_t length = sizeof in_force;
  if (::getsockopt(options.socket, SOL_SOCKET, SO_ZEROCOPY, &in_force, &length) != 0 || in_force != 1) {
    return fail("SO_ZEROCOPY was set and is not in force on this socket");
  }
  return std::make_unique<ZeroCopy>(options);
}

}  // namespace copybench
