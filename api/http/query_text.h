// A query's parameters as sent. What they may be is api/request's concern. Pure; any thread.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "api/http/message.h"
#include "api/http/problem.h"

namespace copybench {

// The parameters of a query as sent, sorted by name; those of one name in the order sent. A name ends at the first "=". Badly
// encoded parts stay as they are; query_coding_problem() reports them.
NamedValues parse_query(std::string_view query_text);

// 400 unless names and values of the query as sent are UTF-8, percent-encoded where needed.
std::optional<Problem> query_coding_problem(std::string_view query_text);

// The problem of a query with these errors, each of a field "?NAME".
Problem invalid_query(std::vector<FieldError> errors);

}  // namespace copybench
