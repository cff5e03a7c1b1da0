// What a reverse proxy says of the client that it speaks for: X-Forwarded-For, -Host and -Proto. Any client can send these
// headers, so they count only in a request that comes from a proxy that the configuration names. Pure; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/message.h"

namespace copybench {

// The addresses of a proxy: one, a network, or the clients of the unix socket.
class ProxyAddress {
 public:
  // "10.0.0.7", "10.0.0.0/8", "fd00::/64" or "unix"; none for anything else.
  static std::optional<ProxyAddress> parse(std::string_view text);
  // peer: an IP address, or empty on a unix socket.
  bool contains(const std::string& peer) const;

 private:
  bool unix_socket_ = false;
  std::array<uint8_t, 16> network_{};  // IPv4 as ::ffff:a.b.c.d
  int prefix_ = 128;                   // bits
};

struct Forwarded {
  std::string client;           // IP address; empty: of the unix socket
  std::string host;             // as sent; empty: the Host header stands
  std::string scheme = "http";  // that the client speaks: "http" or "https"
};

// The client is the last address of X-Forwarded-For that is no trusted proxy: what stands before it is the client's own
// claim. Of several values of the other two, the last one is the nearest proxy's. Without a trusted proxy it is the peer.
Forwarded read_forwarded(const HttpRequest& request, const std::vector<ProxyAddress>& trusted);

}  // namespace copybench
