// Passes the 8 fields to sendmsg: the kernel copies each from its own buffer.
#include <errno.h>
#include <sys/socket.h>

#include "core/engine/paths.h"

namespace copybench {
namespace {

class OneCopy : public CopyingPath {
 public:
  using CopyingPath::CopyingPath;

  Result<void> send(uint32_t slot) override {
    Iovecs left((*options_.ring)[slot]);
    for (;;) {
      const msghdr message = left.header();
      const ssize_t n = ::sendmsg(options_.socket, &message, MSG_NOSIGNAL);
      if (n < 0) {
        if (errno == EINTR) continue;
        return tl::unexpected(system_error("sendmsg", errno));
      }
      left.advance(static_cast<size_t>(n));
      if (left.empty()) return {};
      SendCounters::add(options_.counters->partial_sends, 1);
    }
  }
};

}  // namespace

Result<std::unique_ptr<SendPath>> make_one_copy(const SendPathOptions& options) {
  return std::make_unique<OneCopy>(options);
}

}  // namespace copybench
