// A request from a connection's bytes, and an answer to them. cpp-httplib parses the request; the answer is written here,
// since it has to go on without a thread.
#pragma once

#include <string>

#include "api/http_connection.h"
#include "api/http_server.h"

namespace copybench {

// The request that was received, without its body; or why it is none.
tl::expected<HttpRequest, Problem> read_request(const HttpConnection& connection, uint64_t max_body);

// Has it answered; takes the body from the connection if it is asked for.
HttpResponse answer_to(HttpRequest& request, HttpConnection& connection, RequestHandler& handler);

// Writes the answer, as far as it is there, and calls leave(). Its pieces, if it has any, are for produce().
void give_answer(HttpConnection& connection, const HttpRequest& request, HttpResponse response);

// The same of a live stream: returns when it is over.
void give_live(HttpConnection& connection, const HttpRequest& request, HttpResponse response);

// What to say where there is no request, as the head is malformed.
std::string malformed_answer(const HttpConnection& connection, RequestHandler& handler, const Problem& problem);

// What to say to a client whose request was not received in time: 408; nothing where it said nothing, as browsers open
// connections ahead of any request.
std::string late_answer(const HttpConnection& connection, RequestHandler& handler);

// What to say to the one that goes where there are too many, whatever it has said: 429.
std::string crowded_answer(const HttpConnection& connection, RequestHandler& handler);

// What to say where too many requests wait for an answer: 503.
std::string busy_answer(const HttpConnection& connection, RequestHandler& handler);

}  // namespace copybench
