// Shared by the send paths: their factory functions, for the table in send_path.cpp, and the rotation of the ring's slots.
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>

#include "core/engine/send_path.h"

namespace copybench {

Result<std::unique_ptr<SendPath>> make_two_copy(const SendPathOptions& options);
Result<std::unique_ptr<SendPath>> make_one_copy(const SendPathOptions& options);
Result<std::unique_ptr<SendPath>> make_zero_copy(const SendPathOptions& options);

// The fields of a message for sendmsg, reduced to the part that is left to send.
class Iovecs {
 public:
  explicit Iovecs(const Fields& fields) {
    for (size_t i = 0; i < fields.size(); ++i) vectors_[i] = {fields[i].data(), fields[i].size()};
  }

  msghdr header() {
    msghdr message{};
    message.msg_iov = vectors_.data() + first_;
    message.msg_iovlen = vectors_.size() - first_;
    return message;
  }

  void advance(size_t bytes) {
    while (first_ < vectors_.size() && bytes >= vectors_[first_].iov_len) bytes -= vectors_[first_++].iov_len;
    if (bytes > 0) {
      vectors_[first_].iov_base = static_cast<char*>(vectors_[first_].iov_base) + bytes;
      vectors_[first_].iov_len -= bytes;
    }
  }

  bool empty() const { return first_ == vectors_.size(); }

 private:
  std::array<iovec, kFieldsPerMessage> vectors_;
  size_t first_ = 0;
};

// A path whose buffers are free as soon as the send has returned.
class CopyingPath : public SendPath {
 public:
  explicit CopyingPath(const SendPathOptions& options) : options_(options) {}
  Result<uint32_t> acquire() override {
    const uint32_t slot = next_;
    if (++next_ == options_.ring->slots()) next_ = 0;
    return slot;
  }
  Result<void> drain(Nanoseconds) override { return {}; }

 protected:
  SendPathOptions options_;

 private:
  uint32_t next_ = 0;
};

}  // namespace copybench
