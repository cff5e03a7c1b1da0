// Errors as RFC 9457 problem details. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "api/http/message.h"
#include "core/base/json.h"
#include "core/database/error.h"
#include "core/model/field_error.h"

namespace copybench {

struct Problem {
  int status = 500;
  std::string detail;  // a sentence: what is wrong, and what to do
  std::vector<FieldError>
      errors;           // one for each bad field; pointer of a query parameter: "?limit", of a header: "Host:"
  NamedValues headers;  // sent with it: Allow, Retry-After
  std::string kind;     // the last part of the type if the status is not specific enough ("idempotency-key")
  Json extension = Json::object();  // members beside the standard ones
};

// The result of a use case.
using Reply = tl::expected<HttpResponse, Problem>;

inline tl::unexpected<Problem> refuse(Problem problem) { return tl::unexpected<Problem>(std::move(problem)); }

// "Not Found" for 404; "Error" for a status that the API does not use.
std::string_view status_title(int status);

// The body always has type, title, status, detail, instance and errors (see errors_json()). target: of the request, as sent.
HttpResponse to_response(const Problem& problem, std::string_view target);

// The target as a URI reference (RFC 3986): other characters are percent-encoded; cut after about 2000 characters.
std::string uri_reference(std::string_view target);

// [{pointer, detail}], at most 100, and one more with the number of those that are not listed.
Json errors_json(const std::vector<FieldError>& errors);

// full, io: 507 with Retry-After; corrupt, newer, locked, lost, queue_full: 503 with Retry-After; damaged: 503;
// not_found: 404; conflict: 409; invalid: 400.
Problem problem_of(const StoreError& error);

// The problem with an error that names the parameter by which the resource was asked for ("?base"), if there is no such resource.
Problem named_by(Problem problem, std::string_view pointer);

// The name in /healthz and /metrics.
std::string_view name_of_kind(StoreError::Kind kind);

// A 400 of this kind, with one error for each rejected field.
Problem bad_request(std::string kind, std::string detail, std::vector<FieldError> errors = {});

// JSON text. Replaces invalid UTF-8, which only the echo of a request can contain, instead of throwing.
std::string dump(const Json& json);
HttpResponse json_response(int status, const Json& json);

}  // namespace copybench
