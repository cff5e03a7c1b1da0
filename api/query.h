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

// The parameters of a query as it was sent, by name, those of one name in their order. A name ends at the first "=". What is
// not well coded stays as it is; query_coding_problem() finds it.
NamedValues parse_query(std::string_view query_text);

// Of the query as it was sent: names and values in UTF-8, percent-encoded where they must be.
std::optional<Problem> query_coding_problem(std::string_view query_text);

// Query parameters: those of `known` only, each once, each with a value that it may have, and all of `required`. All that
// is wrong is named. lists: a parameter that takes an id takes several, separated by commas.
std::optional<Problem> query_problem(const NamedValues& query, const std::vector<std::string_view>& known,
                                     const std::vector<std::string_view>& required = {}, bool lists = false);

// Of a query without a problem.
struct PageQuery {
  int64_t limit = 50;  // 1 to kMaxPage
  std::optional<int64_t> after;
  std::optional<std::string> tag;
};
constexpr int64_t kMaxPage = 500;
PageQuery decode_page_query(const NamedValues& query);              // limit, cursor, tag
bool decode_flag(const NamedValues& query, std::string_view name);  // absent: false

const std::string* find_parameter(const NamedValues& query, std::string_view name);  // null: it was not given
std::optional<int64_t> decode_id_parameter(const NamedValues& query, std::string_view name);  // absent: none; one that is required has a value

// A decimal number from 1, as ids are; none for anything else.
std::optional<int64_t> decode_id(std::string_view text);
std::vector<int64_t> decode_ids(std::string_view text);  // "1,2,3"; empty where one of them is none
std::optional<double> decode_percent(std::string_view text);  // 0 to 50

}  // namespace copybench
