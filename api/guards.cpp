#include "api/guards.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/model/text.h"

namespace copybench {
namespace {

using std::string_view;

// One spelling for one IPv6 address; anything else as it is.
std::string canonical(const std::string& host) {
  in6_addr address{};
  if (inet_pton(AF_INET6, host.c_str(), &address) != 1) return host;
  char text[INET6_ADDRSTRLEN];
  return inet_ntop(AF_INET6, &address, text, sizeof text);
}

// Host and port, which tell one site from another.
std::optional<std::pair<std::string, int>> site_of(string_view authority) {
  auto host = host_of(authority);
  if (!host) return std::nullopt;
  int port = 80;
  const size_t colon = authority.rfind(':');
  if (colon != string_view::npos && colon + 1 < authority.size() && authority.find(']', colon) == string_view::npos) {
    std::from_chars(authority.data() + colon + 1, authority.data() + authority.size(), port);
  }
  return std::pair{std::move(*host), port};
}

bool is_ours(const std::string& host, const HttpRequest& request, string_view listen_host,
             const std::vector<std::string>& allowed) {
  return is_loopback_host(host) || host == canonical(lower(listen_host)) ||
         std::find(allowed.begin(), allowed.end(), host) != allowed.end() ||
         (!request.local_address.empty() && host == canonical(lower(request.local_address)));
}

}  // namespace

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
  return canonical(lower(host));
}

bool is_loopback_host(string_view host) {
  if (host == "localhost" || host == "::1") return true;
  in_addr address{};
  return inet_pton(AF_INET, std::string(host).c_str(), &address) == 1 && (ntohl(address.s_addr) >> 24) == 127;
}

std::optional<Problem> host_problem(const HttpRequest& request, string_view listen_host,
                                    const std::vector<std::string>& allowed) {
  const std::string* header = request.header("host");
  if (header == nullptr && !request.chunks) return std::nullopt;  // HTTP/1.0, which no browser speaks
  const auto host = header ? host_of(*header) : std::nullopt;
  if (host && is_ours(*host, request, listen_host, allowed)) return std::nullopt;
  Problem problem;
  problem.status = 421;
  problem.detail =
      "this server does not answer for that host; address it as localhost, by a loopback address, by the address that "
      "it listens on, or by a name that it was given with --allowed-host";
  problem.errors = {{"Host:", fmt::format("{} is none of this server's names", shown(header ? *header : ""))}};
  return problem;
}

std::optional<Problem> origin_problem(const HttpRequest& request) {
  const std::string* header = request.header("host");
  const auto ours = header ? site_of(*header) : std::nullopt;
  for (const auto& [name, origin] : request.headers) {
    if (name != "origin") continue;
    constexpr string_view kScheme = "http://";  // the only one spoken here
    const bool web = lower(string_view(origin).substr(0, kScheme.size())) == kScheme;
    const auto theirs = web ? site_of(string_view(origin).substr(kScheme.size())) : std::nullopt;
    if (theirs && theirs == ours) continue;
    Problem problem;
    problem.status = 403;
    problem.detail = "a page of another site may neither read nor change anything here";
    problem.errors = {{"Origin:", fmt::format("{} is given; allowed: none, or http://{}", shown(origin),
                                              header ? *header : std::string())}};
    return problem;
  }
  return std::nullopt;
}

std::optional<Problem> content_type_problem(const HttpRequest& request, const std::vector<string_view>& allowed) {
  const std::string* header = request.header("content-type");
  if (header) {
    string_view rest = *header;
    const size_t semicolon = rest.find(';');
    const std::string type = lower(trimmed(rest.substr(0, semicolon)));
    const bool known = std::find(allowed.begin(), allowed.end(), type) != allowed.end();
    std::string parameter;
    if (semicolon != string_view::npos) parameter = lower(trimmed(rest.substr(semicolon + 1)));
    std::erase(parameter, '"');
    if (known && (parameter.empty() || parameter == "charset=utf-8")) return std::nullopt;
  }
  Problem problem;
  problem.status = 415;
  const std::string types = fmt::format("{}", fmt::join(allowed, ", "));
  problem.detail = fmt::format("the body must be in UTF-8 and sent with its Content-Type: {}", types);
  problem.errors = {{"Content-Type:", fmt::format("{}; allowed: {}",
                                                  header ? shown(*header) + " is given" : "missing", types)}};
  return problem;
}

}  // namespace copybench
