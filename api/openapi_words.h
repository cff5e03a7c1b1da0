// The words that the description of the API is written in: schemas, parameters, operations and their answers. For
// openapi*.cpp alone. Pure.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/json.h"
#include "core/model/names.h"

namespace copybench::openapi {

// Of an object, in order.
using Properties = std::vector<std::pair<std::string, Json>>;

Json ref(std::string_view name);  // to one of components/schemas
Json type(std::string_view name);
Json type_or_null(std::string_view name);
Json described(Json schema, std::string_view text);
Json time_or_null();
Json time();
Json list_of(Json items);
Json or_null(Json schema);
Json integer(int64_t minimum, int64_t maximum);
Json number(double minimum, double maximum);

template <typename E>
Json name_schema() {
  Json json = type("string");
  for (const std::string_view name : names<E>()) json["enum"].push_back(name);
  return json;
}

// What an answer has: all of these and nothing else.
Json object(const Properties& properties);
Properties joined(Properties first, const Properties& second);

// Of a configuration: engine, field_bytes, message_bytes, threads.
const Properties& configuration();
Json field_errors();
Json links(std::initializer_list<const char*> names_of_links);

Json content(std::string_view media_type, Json body);
Json answer(std::string_view description, Json of_content);
Json json_answer(std::string_view description, std::string_view name);

Json query_parameter(std::string_view name, std::string_view description, Json of_schema);
Json header_parameter(std::string_view name, std::string_view description, Json of_schema);
Json id_parameter(std::string_view what);
Json page_parameters();

// An operation with the answers of its own; every other one is a problem.
Json operation(std::string_view id, std::string_view summary, Json answers, Json parameters = Json::array());

}  // namespace copybench::openapi
