// The head of a request, validated before the HTTP library sees any of it. The library accepts header lines of 50 MB, chunked
// bodies without a limit, bodies that decompress to a thousand times their size, and two lengths at once; all of these are
// rejected here. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "api/http/message.h"
#include "api/http/problem.h"

namespace copybench {

constexpr size_t kMaxHeadBytes = 32 * 1024;
constexpr size_t kMaxLineBytes = 8000;  // of the head; the library's own limit is 8192
constexpr uint64_t kMaxBodyBytes = 1 << 20;  // the default; configurable
constexpr uint64_t kMaxImportBytes = 32 << 20;  // of POST /experiments/import, even if the limit of other bodies is lower

struct RequestHead {
  std::string method;   // as sent; any token
  std::string target;   // path and query; the scheme and host of an absolute target are removed
  bool old = false;     // HTTP/1.0
  NamedValues headers;  // names in lower case, values trimmed; the host of an absolute target replaces Host
  uint64_t content_length = 0;
  bool asks_first = false;  // Expect: 100-continue: the client waits for the 100 before it sends the body
};

// `raw` ends with its empty line. HTTP/1.2 and later are read as HTTP/1.1 (RFC 9110, 2.5). Rejects anything but HTTP/1.x (400),
// lines that are too long (414, 431), two Hosts, or none except in HTTP/1.0 (400), Transfer-Encoding (411), Content-Encoding
// (415), an Expect other than 100-continue (417), and a Content-Length that is no number (400) or over max_body (413). The limit
// of an import is the larger of max_body and kMaxImportBytes.
tl::expected<RequestHead, Problem> read_request_head(std::string_view raw, uint64_t max_body = kMaxBodyBytes);

// The body bytes that a client announced in a rejected head, so that they can be drained and the client can read its answer.
// 0 without a Content-Length; UINT64_MAX if it is unreadable or the body has a Transfer-Encoding.
uint64_t announced_body(std::string_view raw);

}  // namespace copybench
