// A request and an answer as the use cases see them: values that do not depend on the HTTP library.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace copybench {

using NamedValues = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;
  std::string path;             // percent-decoded
  std::string target;           // path and query as sent, percent-encoded
  NamedValues query;            // decoded, sorted by name; values of one name in the order sent
  std::string query_text;       // as sent
  NamedValues headers;          // names in lower case, values as sent; a name may occur twice
  uint64_t content_length = 0;  // as announced
  std::string body;             // empty until it is read
  std::string local_address;    // the IP address that the client connected to, or empty on a unix socket
  std::string peer;             // the client's IP address, or empty on a unix socket
  // The user id of the peer, if the peer is on this machine and the kernel reports it; else empty. Stays the peer's if a proxy
  // names its client.
  std::string user;
  bool chunks = true;           // false: HTTP/1.0, which has no chunked bodies

  // The value of the first header with that name (in lower case), or null.
  const std::string* header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (key == name) return &value;
    }
    return nullptr;
  }

  // Whether headers with that name (in lower case) have different values, as when a proxy adds its own.
  bool header_contradicts(std::string_view name) const {
    const std::string* first = header(name);
    for (const auto& [key, value] : headers) {
      if (key == name && value != *first) return true;
    }
    return false;
  }
};

// A body that is made while the client reads it. Each call appends up to about 1 MiB, so an answer takes that much memory
// whatever its length and however slowly it is read. Calls do not overlap but come from different threads.
// broken: the client detects an incomplete answer. Never throws.
enum class Piece { more, last, broken };
using BodyPieces = std::function<Piece(std::string& out)>;

// The destination of a live stream. Used by one thread, within one call of the LiveStream.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  // Blocks until the client's socket has taken the bytes. False if the client is gone or too slow, or the server stops: then
  // the stream must return.
  virtual bool write(std::string_view bytes) = 0;
  // False once the client has closed its end.
  virtual bool peer_there() = 0;
};

// Writes the whole body over a long time, in a thread of its own. False: cut off, which the client detects as an incomplete
// answer. Never throws.
using LiveStream = std::function<bool(ByteSink&)>;

struct HttpResponse {
  int status = 200;
  std::string content_type;  // empty: no body
  NamedValues headers;
  std::string body;
  // If one of these is set, it makes the body instead.
  BodyPieces pieces;
  LiveStream live;
};

}  // namespace copybench
