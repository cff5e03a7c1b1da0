// The variable parts of a path and its query. Problems are 400 with the parameter's name. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/message.h"
#include "api/problem.h"

namespace copybench {

// Query parameters: those of `known` only, each once, each with a value that it may have, and all of `required`. All that
// is wrong is named.
std::optional<Problem> query_problem(const NamedValues& query, const std::vector<std::string_view>& known,
                                     const std::vector<std::string_view>& required = {});

// Of a query without a problem.
struct PageQuery {
  int64_t limit = 50;  // 1 to kMaxPage
  std::optional<int64_t> after;
  std::optional<std::string> tag;
};
constexpr int64_t kMaxPage = 500;
PageQuery decode_page_query(const NamedValues& query);              // limit, cursor, tag
bool decode_flag(const NamedValues& query, std::string_view name);  // absent: false

std::optional<int64_t> decode_id_parameter(const NamedValues& query, std::string_view name);  // absent: none; one that is required has a value

// A decimal number from 1, as ids are; none for anything else.
std::optional<int64_t> decode_id(std::string_view text);

}  // namespace copybench
