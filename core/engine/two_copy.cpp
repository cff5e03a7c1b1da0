// Gathers the 8 fields into one buffer (the first copy) and sends it (the second copy, by the kernel).
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "core/base/page_aligned.h"
#include "core/base/socket_calls.h"
#include "core/engine/paths.h"

namespace copybench {
namespace {

class TwoCopy : public CopyingPath {
 public:
  explicit TwoCopy(const SendPathOptions& options)
      : CopyingPath(options), gathered_((*options.ring)[0][0].size() * kFieldsPerMessage) {}

  Result<void> send(uint32_t slot) override {
    std::byte* to = gathered_.data();
    for (const auto& field : (*options_.ring)[slot]) {
      ::memcpy(to, field.data(), field.size());
      to += field.size();
    }
    std::span<const std::byte> left = gathered_;
    for (;;) {
      const ssize_t n = send_call(options_.socket, left, MSG_NOSIGNAL);
      if (n < 0) {
        if (errno == EINTR) continue;
        return tl::unexpected(system_error("send", errno));
      }
      left = left.subspan(static_cast<size_t>(n));
      if (left.empty()) return {};
      SendCounters::add(options_.counters->partial_sends, 1);
    }
  }

 private:
  PageAlignedBytes gathered_;
};

}  // namespace

Result<std::unique_ptr<SendPath>> make_two_copy(const SendPathOptions& options) {
  return std::make_unique<TwoCopy>(options);
}

}  // namespace copybench
