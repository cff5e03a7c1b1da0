// Hosts and origins as browsers name them in the Host and Origin headers. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace copybench {

// The host of "name", "name:80", "1.2.3.4:80", "[::1]:80": lower case, without brackets, final dot and port. None if it
// is none of these.
std::optional<std::string> host_of(std::string_view authority);

// Lower case, and one spelling for one IPv6 address, which has no brackets here.
std::string canonical_host(std::string_view host);

// What tells one site from another (RFC 6454).
struct WebOrigin {
  std::string scheme;  // "http" or "https"
  std::string host;    // as host_of() gives it
  int port = 0;
  bool operator==(const WebOrigin&) const = default;
};

// Of "https://bench.lan" or "http://[::1]:8090"; a missing port is the scheme's. None for other schemes, for a path behind
// the host, and for "null".
std::optional<WebOrigin> parse_origin(std::string_view text);

}  // namespace copybench
