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
  NamedValues query;            // decoded, by name; those of one name in the order given
  std::string query_text;       // as it was sent
  NamedValues headers;          // names in lower case, values as sent; a name may come twice
  uint64_t content_length = 0;  // as announced
  std::string body;             // empty until it was read
  std::string local_address;    // that the client connected to: an IP address, or empty on a unix socket
  std::string peer;             // the client's IP address, or empty on a unix socket

  // The value of the first header of that name (in lower case), or null.
  const std::string* header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (key == name) return &value;
    }
    return nullptr;
  }
};

// Where a streamed body goes. Used by one thread, within one call of the BodyStream.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  // False when the client is gone, too slow, or the server stops: then the stream should return.
  virtual bool write(std::string_view bytes) = 0;
  // False when the client has closed its end.
  virtual bool peer_there() = 0;
};

// Writes the whole body and returns true; false if it had to break off, which the client then sees as a cut answer.
// Never throws.
using BodyStream = std::function<bool(ByteSink&)>;

struct HttpResponse {
  int status = 200;
  std::string content_type;  // empty: no body
  NamedValues headers;
  std::string body;
  BodyStream stream;  // if set, it makes the body
  bool live = false;  // the stream goes on for long, and each write is to reach the client at once
};

}  // namespace copybench
