// Protects an API that may have no token: rejects requests that were meant for another host, and requests from pages of
// other sites in the user's browser. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/access.h"
#include "api/http/forwarded.h"
#include "api/http/message.h"
#include "api/http/problem.h"

namespace copybench {

// True for "localhost", ::1 and 127.0.0.0/8. `host`: in the form that host_of() returns.
bool is_loopback_host(std::string_view host);

// 421 unless the Host header, and the forwarded host if there is one, is a loopback name or address, `listen_host`, one of the
// allowed hosts, the host of a public origin, or the address that the client connected to. Protects against DNS rebinding: such
// a page sends its own host.
std::optional<Problem> host_problem(const HttpRequest& request, std::string_view listen_host, const AccessRules& rules = {},
                                    const Forwarded& forwarded = {});

// 403, for every method, if the Origin is neither a public origin nor the scheme, host and port that the request was sent to:
// another port is another site. If a host is allowed only by a public origin, the Origin must be that public origin. A request
// without an Origin is taken as not sent by a page of another site.
std::optional<Problem> origin_problem(const HttpRequest& request, std::string_view listen_host, const AccessRules& rules = {},
                                      const Forwarded& forwarded = {});

// 415 unless the Content-Type is one of `allowed`, without a parameter or with charset=utf-8. `allowed` must not contain a type
// that an HTML form of another site can send.
std::optional<Problem> content_type_problem(const HttpRequest& request, const std::vector<std::string_view>& allowed);

}  // namespace copybench
