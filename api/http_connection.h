// One accepted connection. Its request is received, and its answer sent, without waiting, by whoever polls for it: what the
// client does not take yet is kept, or made later, piece by piece. Only a live stream's writes wait, with a deadline: they
// have a thread of their own.
//
// Lifetime: owns the socket; the destructor closes it. Threads: one; ::shutdown() on fd() from another ends a wait.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/message.h"
#include "core/base/unique_fd.h"

namespace copybench {

class HttpConnection {
 public:
  // timeout: for a write_through(). peer: the client's address, empty on a unix socket.
  HttpConnection(UniqueFd socket, std::chrono::milliseconds timeout, std::string peer = "");

  const std::string& peer() const { return peer_; }
  // Whom the peer speaks for: itself, unless it is a proxy.
  const std::string& client() const { return client_; }
  void set_client(std::string client) { client_ = std::move(client); }
  // With which others its request took turns; the pieces of its answer do so too.
  const std::string& lane() const { return lane_; }
  void set_lane(std::string lane) { lane_ = std::move(lane); }

  // closed: by the client, before the end of what was expected.
  enum class Arrival { partly, complete, closed, too_long };
  // Takes what has come of the head, up to and with the empty line; bytes beyond it are kept. An empty line before the
  // head is left out (RFC 9112, 2.2).
  Arrival receive_head(size_t at_most);
  // The same for the body, of that length; takes `at_most` bytes at once.
  Arrival receive_body(uint64_t length, size_t at_most);
  const std::string& head() const { return head_; }
  bool head_too_long() const { return head_too_long_; }
  size_t bytes_held() const { return head_.size() + ahead_.size(); }

  // The body as far as it was received, at most that long. It is handed out once.
  std::string take_body(uint64_t length);
  // For a request that is turned away: gives back the room at once.
  void drop_body() { std::string().swap(ahead_); }

  // Sends what goes at once and keeps the rest. False: the connection is broken.
  bool write(std::string_view bytes);
  // Returns once all was sent; false: not within the timeout.
  bool write_through(std::string_view bytes);
  // The rest of the body, made by produce(). chunked: with the frames of HTTP/1.1.
  void continue_with(BodyPieces pieces, bool chunked);
  // Makes pieces until the client's socket takes no more, or enough were made for one turn.
  void produce();
  // The answer breaks off where it is: the client gets to see that it is not whole.
  // framed: the end of the body would be marked; else (HTTP/1.0) the end of the connection is, and a reset alone tells that it is
  // not whole.
  void break_off(bool framed);

  size_t bytes_unsent() const { return unsent_.size() - sent_; }
  size_t bytes_kept() const { return unsent_.size(); }
  // Of the answer, by the other end's kernel.
  uint64_t bytes_taken() const;
  bool peer_there() const;  // false once the client has closed its end
  bool peer_lost() const;   // true once it has reset the connection: it will read nothing any more

  // The answer is written; of the request so many bytes may still come. They are read away before the connection is closed,
  // since closing with unread bytes resets it, and the client may never see its answer.
  void leave(uint64_t still_coming);
  // Does what can be done of that without waiting. Until it is over: poll for what it waits for, and call it again.
  // hungry: it waits for produce().
  enum class Departure { sending, hungry, receiving, over };
  Departure depart();

  int fd() const { return socket_.get(); }

  // How fast the client takes its answer, as LeavingRoom measures it.
  struct Pace {
    std::chrono::steady_clock::time_point checked{};  // none yet: the answer has just begun
    std::chrono::steady_clock::time_point moved{};    // when it was last seen to have taken something
    uint64_t taken = 0;                               // at `checked`
    std::chrono::steady_clock::time_point away{};     // since when it waits for produce(), which is not the client's fault
  };
  Pace pace;

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  bool wait(short events, Deadline deadline) const;
  std::optional<size_t> send_now(std::string_view bytes);  // 0: the connection is broken; none: it takes nothing now
  bool send_on();  // what goes without waiting; false: the connection is broken
  std::optional<size_t> receive_now(char* buffer, size_t size);  // 0: end or error; none: nothing has come

  UniqueFd socket_;
  std::chrono::milliseconds timeout_;
  std::string head_;
  std::string ahead_;  // received after the head, not yet handed out
  bool head_too_long_ = false;
  std::string peer_;
  std::string client_;
  std::string lane_;
  std::string unsent_;  // of the answer; its first sent_ bytes are gone
  size_t sent_ = 0;
  uint64_t sent_in_all_ = 0;
  BodyPieces pieces_;
  bool chunked_ = false;
  uint64_t still_coming_ = 0;
  bool broken_ = false;
};

}  // namespace copybench
