// Hosts and origins as browsers send them in the Host and Origin headers. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace copybench {

// The host of "name", "name:80", "1.2.3.4:80", "[::1]:80": in lower case, without brackets, final dot and port. None for
// another form.
std::optional<std::string> host_of(std::string_view authority);

// Lower case, and the canonical spelling of an IPv6 address, without brackets.
std::string canonical_host(std::string_view host);

// A web origin (RFC 6454): identifies a site.
struct WebOrigin {
  std::string scheme;  // "http" or "https"
  std::string host;    // as host_of() returns it
  int port = 0;
  bool operator==(const WebOrigin&) const = default;
};

// Parses "https://bench.lan" or "http://[::1]:8090"; a missing port is the scheme's default. None for other schemes, for a path
// after the host, and for "null".
std::optional<WebOrigin> parse_origin(std::string_view text);

}  // namespace copybench
