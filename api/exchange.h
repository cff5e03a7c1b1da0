// One request and its answer on one connection, parsed and written by cpp-httplib.
#pragma once

#include <string>

#include "api/http_connection.h"
#include "api/http_server.h"

namespace copybench {

// Reads the request, has it answered and writes the answer. Returns the status, 0 where there was no request to answer.
int exchange(HttpConnection& connection, RequestHandler& handler);

// An answer as bytes, for what never gets as far as the library.
std::string plain_answer(const HttpResponse& response, bool with_body);

}  // namespace copybench
