#include "api/http/web_origin.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/model/text.h"

namespace copybench {
namespace {

using std::string_view;

constexpr std::pair<string_view, int> kSchemes[] = {{"http", 80}, {"https", 443}};

}  // namespace

std::string canonical_host(string_view host) {
  const std::string name = lower(host);
  in6_addr address{};
  if (inet_pton(AF_INET6, name.c_str(), &address) != 1) return name;
  char text[INET6_ADDRSTRLEN];
  return inet_ntop(AF_INET6, &address, text, sizeof text);
}

std::optional<std::string> host_of(string_view authority) {
  string_view host = authority;
  string_view port;
  if (host.starts_with('[')) {
    const size_t end = host.find(']');
    if (end == string_view::npos) return std::nullopt;
    port = host.substr(end + 1);
    host = host.substr(1, end - 1);
    if (!port.empty() && !port.starts_with(':')) return std::nullopt;
    in6_addr address{};
    if (inet_pton(AF_INET6, std::string(host).c_str(), &address) != 1) return std::nullopt;
  } else if (const size_t colon = host.find(':'); colon != string_view::npos) {
    port = host.substr(colon);
    host = host.substr(0, colon);
  }
  if (!port.empty()) port.remove_prefix(1);
  const bool digits = std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || port.size() > 5) return std::nullopt;
  if (host.ends_with('.')) host.remove_suffix(1);
  const bool clean = !host.empty() && std::all_of(host.begin(), host.end(), [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
           c == '_' || c == ':';
  });
  if (!clean) return std::nullopt;
  return canonical_host(host);
}

std::optional<WebOrigin> parse_origin(string_view text) {
  for (const auto& [scheme, default_port] : kSchemes) {
    if (lower(text.substr(0, scheme.size())) != scheme || !text.substr(scheme.size()).starts_with("://")) continue;
    const string_view authority = text.substr(scheme.size() + 3);
    auto host = host_of(authority);
    if (!host) return std::nullopt;
    int port = default_port;
    const size_t colon = authority.rfind(':');
    if (colon + 1 < authority.size() && colon != string_view::npos && authority.find(']', colon) == string_view::npos) {
      std::from_chars(authority.data() + colon + 1, authority.data() + authority.size(), port);
    }
    if (port < 1 || port > 65535) return std::nullopt;
    return WebOrigin{std::string(scheme), std::move(*host), port};
  }
  return std::nullopt;
}

}  // namespace copybench
