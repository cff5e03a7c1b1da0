// Reads a request from a connection's bytes and writes the answer. cpp-httplib parses only the request target. The answer is
// written here because it must continue without a thread of its own.
#pragma once

#include <string>
#include <string_view>

#include "api/http/connection.h"
#include "api/http/problem.h"
#include "api/http/request_handler.h"

namespace copybench {

// The version of cpp-httplib that this was built with.
std::string_view httplib_version();

// The received request without its body, or why it is invalid.
tl::expected<HttpRequest, Problem> read_request(const HttpConnection& connection, uint64_t max_body);

// Calls the handler; takes the body from the connection if answer_head() gives no answer.
HttpResponse answer_to(HttpRequest& request, HttpConnection& connection, RequestHandler& handler);

// Writes the answer and calls end_response(). If the answer has pieces, writes the first ones; produce() makes the rest.
void give_answer(HttpConnection& connection, const HttpRequest& request, HttpResponse response);

// The same for a live stream; returns when the stream has ended.
void give_live(HttpConnection& connection, const HttpRequest& request, HttpResponse response);

// The answer to a malformed head.
std::string malformed_answer(const HttpConnection& connection, RequestHandler& handler, const Problem& problem);

// The answer to a request that did not arrive in time: 408. Empty if the client sent nothing: browsers open connections ahead
// of any request.
std::string late_answer(const HttpConnection& connection, RequestHandler& handler);

// The answer to a connection that is closed because there are too many, whatever it has sent: 429.
std::string crowded_answer(const HttpConnection& connection, RequestHandler& handler);

// The answer to a request that is rejected because too many wait for a worker: 503.
std::string busy_answer(const HttpConnection& connection, RequestHandler& handler);

}  // namespace copybench
