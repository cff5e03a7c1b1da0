// One request and its answer on one connection, parsed and written by cpp-httplib.
#pragma once

#include <string>

#include "api/http_connection.h"
#include "api/http_server.h"

namespace copybench {

// Has the request that was received answered, writes the answer and calls leave(). Returns the status, 0 where none was
// sent.
int exchange(HttpConnection& connection, RequestHandler& handler, uint64_t max_body);

// What to say to a client whose request was not received in time: 408; nothing where it said nothing, as browsers open
// connections ahead of any request.
std::string late_answer(const HttpConnection& connection, RequestHandler& handler);

// What to say to the one that goes where there are too many, whatever it has said: 429.
std::string crowded_answer(const HttpConnection& connection, RequestHandler& handler);

// An answer as bytes, for what never gets as far as the library.
std::string plain_answer(const HttpResponse& response, bool with_body);

}  // namespace copybench
