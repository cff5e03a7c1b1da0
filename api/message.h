// A request and an answer as the use cases see them: values without a trace of the library that carries them.
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
  std::string target;           // path and query as they were sent, percent-encoded
  NamedValues query;            // decoded, by name; those of one name in the order given
  std::string query_text;       // as it was sent
  NamedValues headers;          // names in lower case, values as sent; a name may come twice
  uint64_t content_length = 0;  // as announced
  std::string body;             // empty until it was read
  std::string local_address;    // that the client connected to: an IP address, or empty on a unix socket
  std::string peer;             // the client's IP address, or empty on a unix socket
  // The number of the peer's user, where that is on this machine and the kernel tells it; else empty. It stays the
  // peer's where a proxy names the client that it speaks for.
  std::string user;
  bool chunks = true;           // false: HTTP/1.0, whose clients know no chunked bodies

  // The value of the first header of that name (in lower case), or null.
  const std::string* header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (key == name) return &value;
    }
    return nullptr;
  }
};

// A body that is made as the client takes it. Each call appends some more of it, up to about 1 MiB, so that an answer takes
// that much memory however long it is and however slowly it is read. Calls come one after another, from different threads.
// broken: the client sees a cut answer. Never throws.
enum class Piece { more, last, broken };
using BodyPieces = std::function<Piece(std::string& out)>;

// Where a live stream goes. Used by one thread, within one call of the LiveStream.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  // Returns once the client's socket has taken it. False when the client is gone, too slow, or the server stops: then the
  // stream should return.
  virtual bool write(std::string_view bytes) = 0;
  // False when the client has closed its end.
  virtual bool peer_there() = 0;
};

// Writes the whole body over a long time, in a thread of its own, and returns true; false if it had to break off, which the
// client then sees as a cut answer. Never throws.
using LiveStream = std::function<bool(ByteSink&)>;

struct HttpResponse {
  int status = 200;
  std::string content_type;  // empty: no body
  NamedValues headers;
  std::string body;
  // If one of these is set, it makes the body.
  BodyPieces pieces;
  LiveStream live;
};

}  // namespace copybench
