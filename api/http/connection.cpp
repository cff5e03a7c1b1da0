#include "api/http/connection.h"

#include <errno.h>
#include <fmt/format.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

namespace copybench {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int kPiecesAtOnce = 4;  // before other requests have their turn

}  // namespace

HttpConnection::HttpConnection(UniqueFd socket, milliseconds timeout, std::string peer)
    : socket_(std::move(socket)), timeout_(timeout), peer_(std::move(peer)), client_(peer_) {}

bool HttpConnection::wait(short events, Deadline deadline) const {
  for (;;) {
    pollfd entry{socket_.get(), events, 0};
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    const int ready = ::poll(&entry, 1, static_cast<int>(std::max(left, milliseconds{0}).count()));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

std::optional<size_t> HttpConnection::receive_now(char* buffer, size_t size) {
  for (;;) {
    const ssize_t n = ::recv(socket_.get(), buffer, size, MSG_DONTWAIT);
    if (n >= 0) return static_cast<size_t>(n);
    if (errno == EAGAIN) return std::nullopt;
    if (errno != EINTR) return 0;
  }
}

HttpConnection::Arrival HttpConnection::receive_head(size_t at_most) {
  char buffer[4096];
  for (;;) {
    const auto n = receive_now(buffer, sizeof buffer);
    if (!n) return Arrival::partly;
    if (*n == 0) return Arrival::closed;
    size_t seen = std::max<size_t>(head_.size(), 3) - 3;
    head_.append(buffer, *n);
    if (head_.starts_with("\r\n") && head_.size() > 2 && head_[2] != '\r' && head_[2] != '\n') {
      head_.erase(0, 2);
      seen = 0;
    }
    // read_request_head() rejects bare line feeds. They end the head here so that the client gets that answer at once.
    const size_t proper = head_.find("\r\n\r\n", seen);
    const size_t bare = head_.find("\n\n", seen);
    const bool ended = proper != std::string::npos || bare != std::string::npos;
    const size_t length = !ended ? head_.size() : proper < bare ? proper + 4 : bare + 2;
    head_too_long_ = length > at_most;
    if (head_too_long_) return Arrival::too_long;
    if (!ended) continue;
    ahead_ = head_.substr(length);
    head_.resize(length);
    return Arrival::complete;
  }
}

HttpConnection::Arrival HttpConnection::receive_body(uint64_t length, size_t at_most) {
  char buffer[65536];
  while (ahead_.size() < length) {
    if (at_most == 0) return Arrival::partly;
    const auto n = receive_now(buffer, static_cast<size_t>(std::min<uint64_t>({sizeof buffer, length - ahead_.size(), at_most})));
    if (!n) return Arrival::partly;
    if (*n == 0) return Arrival::closed;
    ahead_.append(buffer, *n);
    at_most -= *n;
  }
  return Arrival::complete;
}

std::string HttpConnection::take_body(uint64_t length) {
  std::string body = std::exchange(ahead_, {});
  if (body.size() > length) body.resize(static_cast<size_t>(length));
  return body;
}

std::optional<size_t> HttpConnection::send_now(std::string_view bytes) {
  for (;;) {
    const ssize_t n = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n > 0) sent_in_all_ += static_cast<uint64_t>(n);
    if (n >= 0) return static_cast<size_t>(n);
    if (errno == EAGAIN) return std::nullopt;
    if (errno != EINTR) return 0;
  }
}

bool HttpConnection::send_on() {
  while (sent_ < unsent_.size()) {
    const auto sent = send_now(std::string_view(unsent_).substr(sent_));
    if (!sent) return true;
    if (*sent == 0) return false;
    sent_ += *sent;
  }
  unsent_ = std::string();  // it may have been large
  sent_ = 0;
  return true;
}

bool HttpConnection::write(std::string_view bytes) {
  if (sent_ > 0) unsent_.erase(0, std::exchange(sent_, 0));
  // Bytes that are sent at once are not copied.
  while (unsent_.empty() && !bytes.empty() && !broken_) {
    const auto sent = send_now(bytes);
    if (!sent) break;
    broken_ = *sent == 0;  // a later send would start in the middle of the answer
    bytes.remove_prefix(*sent);
  }
  unsent_.append(bytes);
  return !broken_;
}

bool HttpConnection::write_through(std::string_view bytes) {
  const Deadline deadline = Clock::now() + timeout_;
  if (!write(bytes)) return false;
  while (bytes_unsent() > 0) {
    if (!wait(POLLOUT, deadline) || !send_on()) {
      broken_ = true;
      return false;
    }
  }
  return true;
}

void HttpConnection::continue_with(BodyPieces pieces, bool chunked) {
  pieces_ = std::move(pieces);
  chunked_ = chunked;
}

void HttpConnection::produce() {
  for (int made = 0; made < kPiecesAtOnce && pieces_ && !broken_ && bytes_unsent() == 0; ++made) {
    std::string piece;
    Piece outcome = Piece::broken;
    try {
      outcome = pieces_(piece);
    } catch (...) {  // only out of memory
    }
    if (chunked_ && !piece.empty()) piece = fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
    if (chunked_ && outcome == Piece::last) piece += "0\r\n\r\n";
    write(piece);
    if (outcome == Piece::broken) break_off(chunked_);
    if (outcome != Piece::more) pieces_ = nullptr;
  }
}

void HttpConnection::break_off(bool framed) {
  broken_ = true;
  const linger reset{1, 0};
  if (!framed) static_cast<void>(::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset));
}

uint64_t HttpConnection::bytes_taken() const {
  int queued = 0;
  if (::ioctl(socket_.get(), SIOCOUTQ, &queued) != 0 || queued < 0) return sent_in_all_;
  return sent_in_all_ - std::min<uint64_t>(sent_in_all_, static_cast<uint64_t>(queued));
}

bool HttpConnection::peer_there() const {
  pollfd entry{socket_.get(), POLLRDHUP, 0};
  return ::poll(&entry, 1, 0) == 0;
}

bool HttpConnection::peer_lost() const {
  pollfd entry{socket_.get(), 0, 0};
  return ::poll(&entry, 1, 0) > 0 && (entry.revents & POLLERR) != 0;
}

void HttpConnection::end_response(uint64_t unread) {
  still_coming_ = unread - std::min<uint64_t>(unread, ahead_.size());
  ahead_ = std::string();  // it may have been large
}

HttpConnection::CloseState HttpConnection::try_close() {
  if (broken_ || !send_on()) return CloseState::closed;
  if (bytes_unsent() > 0) return CloseState::sending;
  if (pieces_) return CloseState::needs_pieces;
  ::shutdown(socket_.get(), SHUT_WR);
  char buffer[16384];
  // Drains received bytes, announced or not, before the close. Bounded, because a client may send without end.
  for (int rounds = 0; rounds < 64; ++rounds) {
    const auto n = receive_now(buffer, sizeof buffer);
    if (!n) return still_coming_ == 0 ? CloseState::closed : CloseState::receiving;
    if (*n == 0) return CloseState::closed;
    still_coming_ -= std::min<uint64_t>(still_coming_, *n);
  }
  return CloseState::receiving;
}

}  // namespace copybench
