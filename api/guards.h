// Who may speak to an API that has no password: requests that were meant for it, and no page of another site in the
// user's browser. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/message.h"
#include "api/problem.h"

namespace copybench {

// The host of "name", "name:80", "1.2.3.4:80", "[::1]:80": lower case, without brackets, final dot and port. None if it
// is none of these.
std::optional<std::string> host_of(std::string_view authority);

// The name of this host itself, whatever the address it stands for.
bool is_loopback_host(std::string_view host);

// 421 unless the Host header names a loopback name or address, `listen_host`, one of `allowed` (as host_of() gives
// them), or the address that the client connected to. A page that got here by DNS rebinding names its own host.
std::optional<Problem> host_problem(const HttpRequest& request, std::string_view listen_host,
                                    const std::vector<std::string>& allowed = {});

// 403, whatever the method, for an Origin that is not http:// and the Host (with its port) that the request names:
// another port is another site. Without an Origin it is no page of another site.
std::optional<Problem> origin_problem(const HttpRequest& request);

// 415 unless the Content-Type is one of these, with charset=utf-8 at most. A form of another site must not be able to
// send any of them.
std::optional<Problem> content_type_problem(const HttpRequest& request, const std::vector<std::string_view>& allowed);

}  // namespace copybench
