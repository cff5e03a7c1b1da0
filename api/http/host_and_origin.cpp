#include "api/http/host_and_origin.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/model/text.h"

namespace copybench {
namespace {

using std::string_view;

// Whether the host is allowed without a public origin.
bool is_ours(const std::string& host, const HttpRequest& request, string_view listen_host, const AccessRules& rules) {
  return is_loopback_host(host) || host == canonical_host(listen_host) ||
         std::find(rules.allowed_hosts.begin(), rules.allowed_hosts.end(), host) != rules.allowed_hosts.end() ||
         (!request.local_address.empty() && host == canonical_host(request.local_address));
}

bool is_public(const std::string& host, const AccessRules& rules) {
  return std::any_of(rules.public_origins.begin(), rules.public_origins.end(),
                     [&](const WebOrigin& origin) { return origin.host == host; });
}

}  // namespace

bool is_loopback_host(string_view host) {
  if (host == "localhost" || host == "::1") return true;
  in_addr address{};
  return inet_pton(AF_INET, std::string(host).c_str(), &address) == 1 && (ntohl(address.s_addr) >> 24) == 127;
}

std::optional<Problem> host_problem(const HttpRequest& request, string_view listen_host, const AccessRules& rules,
                                    const Forwarded& forwarded) {
  const auto problem = [&](string_view header, const std::string& value) -> std::optional<Problem> {
    const auto host = host_of(value);
    if (host && (is_ours(*host, request, listen_host, rules) || is_public(*host, rules))) return std::nullopt;
    Problem result;
    result.status = 421;
    result.detail =
        "this server does not answer for that host; address it as localhost, by a loopback address, by the address that "
        "it listens on, by a name that it was given with --allowed-host, or by one of its --public-origins";
    result.errors = {{fmt::format("{}:", header), fmt::format("{} is none of this server's names", shown(value))}};
    return result;
  };
  const std::string* header = request.header("host");
  // Host is checked even if a proxy forwards another one: a page of another site cannot set Host but can add headers.
  if (header != nullptr || request.chunks) {  // HTTP/1.0, which no browser uses, allows requests without a Host
    if (auto wrong = problem("Host", header ? *header : "")) return wrong;
  }
  return forwarded.host.empty() ? std::nullopt : problem("X-Forwarded-Host", forwarded.host);
}

std::optional<Problem> origin_problem(const HttpRequest& request, string_view listen_host, const AccessRules& rules,
                                      const Forwarded& forwarded) {
  const std::string* header = request.header("host");
  const std::string authority = !forwarded.host.empty() ? forwarded.host : header ? *header : "";
  const std::string address = fmt::format("{}://{}", forwarded.scheme, authority);
  auto ours = parse_origin(address);
  // A host that is allowed only by a public origin is not allowed with another scheme or port.
  if (ours && !is_ours(ours->host, request, listen_host, rules)) ours.reset();
  for (const auto& [name, origin] : request.headers) {
    if (name != "origin") continue;
    const auto theirs = parse_origin(origin);
    if (theirs && theirs == ours) continue;
    const auto& allowed = rules.public_origins;
    if (theirs && std::find(allowed.begin(), allowed.end(), *theirs) != allowed.end()) continue;
    Problem problem;
    problem.status = 403;
    problem.detail = "a page of another site may neither read nor change anything here; where browsers reach this server "
                     "through a proxy, name their address in --public-origins";
    problem.errors = {{"Origin:", fmt::format("{} is given; allowed: none, {}or one of --public-origins", shown(origin),
                                              ours ? address + ", " : "")}};
    return problem;
  }
  return std::nullopt;
}

std::optional<Problem> content_type_problem(const HttpRequest& request, const std::vector<string_view>& allowed) {
  const std::string* header = request.header("content-type");
  const bool contradictory = request.header_contradicts("content-type");
  if (header && !contradictory) {
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
                                                  contradictory ? "there are two different ones"
                                                  : header      ? shown(*header) + " is given"
                                                                : "missing",
                                                  types)}};
  return problem;
}

}  // namespace copybench
