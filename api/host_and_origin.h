// Who may speak to an API that has no password: requests that were meant for it, and no page of another site in the
// user's browser. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/access.h"
#include "api/forwarded.h"
#include "api/message.h"
#include "api/problem.h"

namespace copybench {

// The name of this host itself, whatever the address it stands for.
bool is_loopback_host(std::string_view host);

// 421 unless the Host header, and the forwarded host where there is one, name a loopback name or address, `listen_host`,
// one of the allowed hosts, the host of a public origin, or the address that the client connected to. A page that got here
// by DNS rebinding names its own host.
std::optional<Problem> host_problem(const HttpRequest& request, std::string_view listen_host, const AccessRules& rules = {},
                                    const Forwarded& forwarded = {});

// 403, whatever the method, for an Origin that is neither a public origin nor the scheme, host and port that the request
// itself came to: another port is another site. A host that is ours only as a public origin's needs that origin. Without an
// Origin it is no page of another site.
std::optional<Problem> origin_problem(const HttpRequest& request, std::string_view listen_host, const AccessRules& rules = {},
                                      const Forwarded& forwarded = {});

// 415 unless the Content-Type is one of these, with charset=utf-8 at most. A form of another site must not be able to
// send any of them.
std::optional<Problem> content_type_problem(const HttpRequest& request, const std::vector<std::string_view>& allowed);

}  // namespace copybench
