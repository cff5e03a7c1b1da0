// X-Forwarded-For, -Host and -Proto: how a reverse proxy describes its client. Any client can send these headers, so they are
// trusted only in requests from a configured proxy. Pure; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"

namespace copybench {

// The addresses of a proxy: one address, a network, or all clients of the unix socket.
class ProxyAddress {
 public:
  // Parses "10.0.0.7", "10.0.0.0/8", "fd00::/64" or "unix"; none for anything else.
  static std::optional<ProxyAddress> parse(std::string_view text);
  // peer: an IP address, or empty on a unix socket.
  bool contains(const std::string& peer) const;

 private:
  bool unix_socket_ = false;
  std::array<uint8_t, 16> network_{};  // IPv4 as ::ffff:a.b.c.d
  int prefix_ = 128;                   // bits
};

struct Forwarded {
  std::string client;           // IP address; empty: a client of the unix socket
  std::string host;             // as sent; empty: the Host header applies
  std::string scheme = "http";  // used by the client: "http" or "https"
};

// The client is the last address of X-Forwarded-For that is no trusted proxy: the client itself may have sent the addresses
// before it. If the other two headers have several values, the last one is the nearest proxy's. If the peer is no trusted proxy,
// the client is the peer.
Forwarded read_forwarded(const HttpRequest& request, const std::vector<ProxyAddress>& trusted);

}  // namespace copybench
