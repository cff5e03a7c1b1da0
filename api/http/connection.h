// One accepted connection. Receives the request and sends the answer without blocking, driven by a poll loop: bytes that the
// client does not take yet are kept, or made later piece by piece. Only writes of a live stream block, with a deadline, in a
// thread of their own.
//
// Lifetime: owns the socket; the destructor closes it. Threads: one; ::shutdown() on fd() from another thread ends a wait.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/message.h"
#include "core/base/unique_fd.h"

namespace copybench {

class HttpConnection {
 public:
  // timeout: of write_through(). peer: the client's IP address, empty on a unix socket.
  HttpConnection(UniqueFd socket, std::chrono::milliseconds timeout, std::string peer = "");

  const std::string& peer() const { return peer_; }
  // The client behind a trusted proxy; else the peer.
  const std::string& client() const { return client_; }
  void set_client(std::string client) { client_ = std::move(client); }
  // The request's lane in the RequestQueue. The lane for the further pieces of its answer derives from it.
  const std::string& lane() const { return lane_; }
  void set_lane(std::string lane) { lane_ = std::move(lane); }

  // closed: the client closed its end before the head or body was complete.
  enum class Arrival { partly, complete, closed, too_long };
  // Receives the available bytes of the head, including the empty line; keeps bytes after it. Skips an empty line before the
  // head (RFC 9112, 2.2).
  Arrival receive_head(size_t at_most);
  // The same for a body of `length` bytes; receives at most `at_most` bytes per call.
  Arrival receive_body(uint64_t length, size_t at_most);
  const std::string& head() const { return head_; }
  bool head_too_long() const { return head_too_long_; }
  size_t bytes_held() const { return head_.size() + ahead_.size(); }

  // Moves out the received part of the body, at most `length` bytes.
  std::string take_body(uint64_t length);
  // For a rejected request: frees the memory at once.
  void drop_body() { std::string().swap(ahead_); }

  // Sends what the socket takes at once and keeps the rest. False: the connection is broken.
  bool write(std::string_view bytes);
  // Blocks until all is sent; false: broken, or not sent within the timeout.
  bool write_through(std::string_view bytes);
  // Sets the rest of the body, made by produce(). chunked: in chunks of HTTP/1.1.
  void continue_with(BodyPieces pieces, bool chunked);
  // Makes pieces until the socket takes no more, or enough were made for one turn.
  void produce();
  // Cuts the answer off so that the client can detect that it is incomplete.
  // framed: the format marks the end of the body. Else (HTTP/1.0) the close of the connection ends it, and only a reset shows
  // that it is incomplete.
  void break_off(bool framed);

  size_t bytes_unsent() const { return unsent_.size() - sent_; }
  size_t bytes_kept() const { return unsent_.size(); }
  // Bytes of the answer that the peer's kernel has received.
  uint64_t bytes_taken() const;
  bool peer_there() const;  // false once the client has closed its end
  bool peer_lost() const;   // true once the client has reset the connection: it reads nothing more

  // Call when the response is complete. Drains up to `unread` request bytes before the close, to avoid an RST that could make
  // the client lose the response.
  void end_response(uint64_t unread);
  // Sends and drains as far as possible without blocking. Until it returns closed: poll for the socket, then call it again.
  // needs_pieces: call produce() first.
  enum class CloseState { sending, needs_pieces, receiving, closed };
  CloseState try_close();

  int fd() const { return socket_.get(); }

  // How fast the client reads its answer. Measured by LingeringConnections.
  struct Pace {
    std::chrono::steady_clock::time_point checked{};  // default: the answer has just begun
    std::chrono::steady_clock::time_point moved{};    // the last time it was seen to have read something
    uint64_t taken = 0;                               // bytes_taken() at `checked`
    std::chrono::steady_clock::time_point away{};     // start of a wait for produce(), which does not count against the client
  };
  Pace pace;

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  bool wait(short events, Deadline deadline) const;
  std::optional<size_t> send_now(std::string_view bytes);  // 0: the connection is broken; none: it would block
  bool send_on();  // sends unsent_ without blocking; false: the connection is broken
  std::optional<size_t> receive_now(char* buffer, size_t size);  // 0: end or error; none: it would block

  UniqueFd socket_;
  std::chrono::milliseconds timeout_;
  std::string head_;
  std::string ahead_;  // received after the head, not yet taken
  bool head_too_long_ = false;
  std::string peer_;
  std::string client_;
  std::string lane_;
  std::string unsent_;  // part of the answer; its first sent_ bytes are sent
  size_t sent_ = 0;
  uint64_t sent_in_all_ = 0;
  BodyPieces pieces_;
  bool chunked_ = false;
  uint64_t still_coming_ = 0;
  bool broken_ = false;
};

}  // namespace copybench
