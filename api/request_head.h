// The head of a request, judged before the HTTP library sees it. The library accepts header lines of 50 MB, chunked
// bodies beyond any limit, bodies that unpack to a thousand times their size, two lengths at once: none of it gets that
// far. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "api/message.h"
#include "api/problem.h"

namespace copybench {

constexpr size_t kMaxHeadBytes = 32 * 1024;
constexpr size_t kMaxLineBytes = 8000;  // of the head; the library's own limit is 8192
constexpr uint64_t kMaxBodyBytes = 1 << 20;  // unless it is told otherwise
constexpr uint64_t kMaxImportBytes = 32 << 20;  // of POST /experiments/import, whatever is allowed of others

struct RequestHead {
  std::string method;   // as sent, of any name
  std::string target;   // path and query: of an absolute target without its scheme and host
  bool old = false;     // HTTP/1.0
  NamedValues headers;  // names in lower case, values without the blanks around them; the host of an absolute target is Host
  uint64_t content_length = 0;
  bool asks_first = false;  // Expect: 100-continue, and nothing is sent before it is answered
};

// `raw` ends with its empty line. HTTP/1.2 and later are read as HTTP/1.1 (RFC 9110, 2.5). Refused: what is no HTTP/1.x
// (400), too long (414, 431), lacks a Host, which HTTP/1.0 may, or names two (400), Transfer-Encoding (411), Content-Encoding (415), an Expect of anything but 100-continue (417), a
// Content-Length that is no number (400) or beyond max_body, or of an import beyond kMaxImportBytes (413).
tl::expected<RequestHead, Problem> read_request_head(std::string_view raw, uint64_t max_body = kMaxBodyBytes);

// How many bytes of the body the client meant to send, as far as that can be told of a refused head: so that they can
// be swallowed and the client gets to read its answer. UINT64_MAX where it does not say.
uint64_t announced_body(std::string_view raw);

}  // namespace copybench
