// The interface between the transport and what answers requests.
#pragma once

#include <optional>
#include <string>

#include "api/http/message.h"
#include "api/http/request_queue.h"

namespace copybench {

// Answers the requests. Called from many threads at once. An exception becomes a 500 that does not describe it.
class RequestHandler {
 public:
  virtual ~RequestHandler() = default;
  // The client's address for the log: an IP address, or empty on a unix socket.
  virtual std::string client_of(const HttpRequest& request) const { return request.peer; }
  // Counts a request that has arrived. Called once for each, whether it is answered or rejected.
  virtual void arrived() = 0;
  // The kind of work and the lane of a request. Must be quick: runs on the thread that polls all connections.
  virtual Lane lane_of(const HttpRequest& request) const = 0;
  // Whether a request with a body can be rejected by its head alone. Then the body is not awaited and answer_head() must answer.
  // Must be quick, as lane_of().
  virtual bool refuses(const HttpRequest& request) const = 0;
  // Validates a request by its head, before its body is read. An answer ends the request. None requires a body, and answer()
  // follows.
  virtual std::optional<HttpResponse> answer_head(const HttpRequest& request) = 0;
  virtual HttpResponse answer(const HttpRequest& request) = 0;
  // For input that is no complete request: a malformed head, a body cut short.
  virtual HttpResponse answer_malformed(int status, std::string detail, const std::string& path) = 0;
};

}  // namespace copybench
