#include "api/http/forwarded.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "core/model/text.h"

namespace copybench {
namespace {

using std::string_view;
using Bytes = std::array<uint8_t, 16>;

constexpr int kMappedPrefix = 96;  // ::ffff:0:0/96, the IPv4-mapped addresses

std::optional<Bytes> parse_address(const std::string& text, bool& is_ipv4) {
  Bytes bytes{};
  is_ipv4 = inet_pton(AF_INET, text.c_str(), bytes.data() + 12) == 1;
  if (is_ipv4) {
    bytes[10] = bytes[11] = 0xff;
    return bytes;
  }
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return std::nullopt;
  return bytes;
}

bool same_network(const Bytes& a, const Bytes& b, int prefix) {
  const size_t whole = static_cast<size_t>(prefix) / 8;
  if (std::memcmp(a.data(), b.data(), whole) != 0) return false;
  const int rest = prefix % 8;
  return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

// The address in the spelling that HttpRequest::peer has; none if it is no address.
std::optional<std::string> canonical_address(string_view text) {
  bool is_ipv4 = false;
  const auto bytes = parse_address(std::string(text), is_ipv4);
  if (!bytes) return std::nullopt;
  Bytes mapped{};
  mapped[10] = mapped[11] = 0xff;
  char spelled[INET6_ADDRSTRLEN];
  if (same_network(*bytes, mapped, kMappedPrefix)) return inet_ntop(AF_INET, bytes->data() + 12, spelled, sizeof spelled);
  return inet_ntop(AF_INET6, bytes->data(), spelled, sizeof spelled);
}

// The comma-separated values of all headers with that name, in order.
std::vector<string_view> values_of(const HttpRequest& request, string_view name) {
  std::vector<string_view> values;
  for (const auto& [key, value] : request.headers) {
    if (key != name) continue;
    for (string_view rest = value;;) {
      const size_t comma = rest.find(',');
      values.push_back(trimmed(rest.substr(0, comma)));
      if (comma == string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return values;
}

}  // namespace

std::optional<ProxyAddress> ProxyAddress::parse(string_view text) {
  ProxyAddress result;
  if (text == "unix") {
    result.unix_socket_ = true;
    return result;
  }
  const size_t slash = text.find('/');
  bool is_ipv4 = false;
  const auto network = parse_address(std::string(text.substr(0, slash)), is_ipv4);
  if (!network) return std::nullopt;
  result.network_ = *network;
  if (slash == string_view::npos) return result;
  const string_view digits = text.substr(slash + 1);
  int prefix = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  if (digits.size() > 1 && digits.starts_with('0')) return std::nullopt;  // some programs read 010 as octal
  if (prefix < 0 || prefix > (is_ipv4 ? 32 : 128)) return std::nullopt;
  result.prefix_ = prefix + (is_ipv4 ? kMappedPrefix : 0);
  return result;
}

bool ProxyAddress::contains(const std::string& peer) const {
  if (unix_socket_) return peer.empty();
  bool is_ipv4 = false;
  const auto address = parse_address(peer, is_ipv4);
  return address && same_network(*address, network_, prefix_);
}

Forwarded read_forwarded(const HttpRequest& request, const std::vector<ProxyAddress>& trusted) {
  const auto is_trusted = [&](const std::string& address) {
    return std::any_of(trusted.begin(), trusted.end(), [&](const ProxyAddress& proxy) { return proxy.contains(address); });
  };
  Forwarded result;
  result.client = request.peer;
  if (!is_trusted(request.peer)) return result;

  const auto clients = values_of(request, "x-forwarded-for");
  for (auto each = clients.rbegin(); each != clients.rend() && is_trusted(result.client); ++each) {
    auto address = canonical_address(*each);
    if (!address) break;
    result.client = std::move(*address);
  }
  if (const auto hosts = values_of(request, "x-forwarded-host"); !hosts.empty()) result.host = hosts.back();
  if (const auto schemes = values_of(request, "x-forwarded-proto"); !schemes.empty()) {
    if (lower(schemes.back()) == "https") result.scheme = "https";
  }
  return result;
}

}  // namespace copybench
