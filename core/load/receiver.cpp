#include "core/load/receiver.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>

#include "core/base/page_aligned.h"
#include "core/base/socket_calls.h"

namespace copybench {
namespace {

// More bytes per call mean fewer calls. Beyond the size of an L2 cache there is no further gain.
constexpr uint64_t kBufferBytes = 256 << 10;

Result<size_t> received(ssize_t n) {
  if (n >= 0) return static_cast<size_t>(n);
  return tl::unexpected(system_error("receive", errno));
}

class ContiguousReceiver : public Receiver {
 public:
  explicit ContiguousReceiver(uint64_t message_bytes)
      : message_bytes_(message_bytes), buffer_(std::max<uint64_t>(1, kBufferBytes / message_bytes) * message_bytes) {}

  Result<size_t> receive(int socket) override {
    if (filled_ == buffer_.size()) filled_ = taken_ = 0;
    ssize_t n;
    do {
      n = recv_call(socket, std::span(buffer_).subspan(filled_), 0);
    } while (n < 0 && errno == EINTR);
    if (n > 0) filled_ += static_cast<size_t>(n);
    return received(n);
  }

  std::span<const std::span<const std::byte>> next_message() override {
    if (filled_ - taken_ < message_bytes_) return {};
    whole_[0] = {buffer_.data() + taken_, message_bytes_};
    taken_ += message_bytes_;
    return whole_;
  }

 private:
  const uint64_t message_bytes_;
  PageAlignedBytes buffer_;
  size_t filled_ = 0;
  size_t taken_ = 0;
  std::array<std::span<const std::byte>, 1> whole_;
};

class FieldReceiver : public Receiver {
 public:
  explicit FieldReceiver(uint64_t field_bytes) : field_bytes_(field_bytes) {
    for (size_t i = 0; i < kFieldsPerMessage; ++i) {
      fields_[i].resize(field_bytes);
      parts_[i] = fields_[i];
    }
  }

  Result<size_t> receive(int socket) override {
    const uint64_t message_bytes = field_bytes_ * kFieldsPerMessage;
    if (filled_ == message_bytes) filled_ = 0;
    taken_ = false;
    std::array<iovec, kFieldsPerMessage> vectors;
    const size_t first = filled_ / field_bytes_;
    size_t skip = filled_ % field_bytes_;
    for (size_t i = first; i < kFieldsPerMessage; ++i) {
      vectors[i] = {fields_[i].data() + skip, field_bytes_ - skip};
      skip = 0;
    }
    msghdr message{};
    message.msg_iov = vectors.data() + first;
    message.msg_iovlen = kFieldsPerMessage - first;
    ssize_t n;
    do {
      n = ::recvmsg(socket, &message, 0);
    } while (n < 0 && errno == EINTR);
    if (n > 0) filled_ += static_cast<size_t>(n);
    return received(n);
  }

  std::span<const std::span<const std::byte>> next_message() override {
    if (taken_ || filled_ < field_bytes_ * kFieldsPerMessage) return {};
    taken_ = true;
    return parts_;
  }

 private:
  const uint64_t field_bytes_;
  std::array<PageAlignedBytes, kFieldsPerMessage> fields_;
  std::array<std::span<const std::byte>, kFieldsPerMessage> parts_;
  size_t filled_ = 0;
  bool taken_ = false;
};

}  // namespace

std::unique_ptr<Receiver> make_receiver(Receive how, uint64_t field_bytes) {
  if (how == Receive::recvmsg) return std::make_unique<FieldReceiver>(field_bytes);
  return std::make_unique<ContiguousReceiver>(field_bytes * kFieldsPerMessage);
}

}  // namespace copybench
