#include "api/openapi_words.h"

#include <fmt/format.h>

#include "api/query.h"

namespace copybench::openapi {

using std::string_view;

Json ref(string_view name) { return {{"$ref", fmt::format("#/components/schemas/{}", name)}}; }
Json type(string_view name) { return {{"type", name}}; }
Json type_or_null(string_view name) { return {{"type", {name, "null"}}}; }
Json described(Json schema, string_view text) {
  schema["description"] = text;
  return schema;
}
Json time_or_null() { return {{"type", {"string", "null"}}, {"format", "date-time"}}; }
Json time() { return {{"type", "string"}, {"format", "date-time"}}; }
Json list_of(Json items) { return {{"type", "array"}, {"items", std::move(items)}}; }
Json or_null(Json schema) { return {{"anyOf", Json::array({std::move(schema), type("null")})}}; }
Json integer(int64_t minimum, int64_t maximum) {
  return {{"type", "integer"}, {"minimum", minimum}, {"maximum", maximum}};
}
Json number(double minimum, double maximum) { return {{"type", "number"}, {"minimum", minimum}, {"maximum", maximum}}; }

Json object(const Properties& properties) {
  Json json = type("object");
  json["properties"] = Json::object();
  json["required"] = Json::array();
  for (const auto& [name, schema] : properties) {
    json["properties"][name] = schema;
    json["required"].push_back(name);
  }
  json["additionalProperties"] = false;
  return json;
}

Properties joined(Properties first, const Properties& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

const Properties& configuration() {
  static const Properties properties{{"engine", ref("EngineMode")},
                                     {"field_bytes", type("integer")},
                                     {"message_bytes", type("integer")},
                                     {"threads", type("integer")}};
  return properties;
}

Json field_errors() {
  return list_of(
      object({{"pointer", described(type("string"),
                                    "JSON pointer into the body; ?name for a query parameter, Name: for a header.")},
              {"detail", described(type("string"), "What was wrong, and what is allowed.")}}));
}

Json links(std::initializer_list<const char*> names_of_links) {
  Properties properties;
  for (const char* name : names_of_links) properties.emplace_back(name, type("string"));
  return object(properties);
}

Json content(string_view media_type, Json body) { return {{std::string(media_type), {{"schema", std::move(body)}}}}; }
Json answer(string_view description, Json of_content) {
  return {{"description", description}, {"content", std::move(of_content)}};
}
Json json_answer(string_view description, string_view name) {
  return answer(description, content("application/json", ref(name)));
}

Json query_parameter(string_view name, string_view description, Json of_schema) {
  return {{"name", name}, {"in", "query"}, {"description", description}, {"schema", std::move(of_schema)}};
}
Json header_parameter(string_view name, string_view description, Json of_schema) {
  return {{"name", name}, {"in", "header"}, {"description", description}, {"schema", std::move(of_schema)}};
}

Json id_parameter(string_view what) {
  return Json::array({{{"name", "id"},
                       {"in", "path"},
                       {"required", true},
                       {"description", what},
                       {"schema", {{"type", "integer"}, {"minimum", 1}}}}});
}

Json page_parameters() {
  return Json::array(
      {query_parameter("limit", "How many items at most.",
                       {{"type", "integer"}, {"minimum", 1}, {"maximum", kMaxPage}, {"default", PageQuery{}.limit}}),
       query_parameter("cursor", "The `next` of the page before.",
                       {{"type", "string"}, {"pattern", "^[1-9][0-9]*$"}})});
}

Json operation(string_view id, string_view summary, Json answers, Json parameters) {
  Json json;
  json["operationId"] = id;
  json["summary"] = summary;
  if (!parameters.empty()) json["parameters"] = std::move(parameters);
  answers["default"]["$ref"] = "#/components/responses/Problem";
  json["responses"] = std::move(answers);
  return json;
}

}  // namespace copybench::openapi
