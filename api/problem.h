// Everything that is not a success, as RFC 9457 problem details. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "api/message.h"
#include "core/base/json.h"
#include "core/model/plan.h"
#include "core/store/store.h"

namespace copybench {

struct Problem {
  int status = 500;
  std::string detail;  // a sentence: what was wrong, and what to do
  std::vector<FieldError>
      errors;           // one for each bad field; a query parameter's pointer is "?limit", a header's "Host:"
  NamedValues headers;  // to be sent with it: Allow, Retry-After
  std::string kind;     // the last part of its type where the status alone says too little ("idempotency-key")
  Json extension = Json::object();  // members beside the standard ones
};

// What a use case returns.
using Reply = tl::expected<HttpResponse, Problem>;

inline tl::unexpected<Problem> refuse(Problem problem) { return tl::unexpected<Problem>(std::move(problem)); }

// "Not Found". Of the statuses that the API uses; else "Error".
std::string_view status_title(int status);

// The body has type, title, status, detail, instance and errors, always all of them. At most 100 errors are listed, with a
// last one saying how many there were. target: of the request, as it was sent.
HttpResponse to_response(const Problem& problem, std::string_view target);

// The target as a URI reference (RFC 3986): what may not stand in one is percent-encoded; at most 2000 characters.
std::string uri_reference(std::string_view target);

// [{pointer, detail}], at most 100 of them and one that says how many more there were.
Json errors_json(const std::vector<FieldError>& errors);

// full, io: 507; corrupt, newer, locked, queue_full: 503, with Retry-After where it may pass; not_found: 404; conflict: 409; invalid: 400.
Problem problem_of(const StoreError& error);

// As /healthz and /metrics spell it.
std::string_view name_of_kind(StoreError::Kind kind);

// A 400 of this kind, with an entry for each field that was refused.
Problem bad_request(std::string kind, std::string detail, std::vector<FieldError> errors = {});

// JSON text. Invalid UTF-8, which only a request's echo could bring, is replaced rather than thrown at.
std::string dump(const Json& json);
HttpResponse json_response(int status, const Json& json);

}  // namespace copybench
