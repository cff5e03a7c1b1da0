// The subset of JSON Schema that the API's description uses. An unknown keyword is reported as a problem, so that nothing passes
// unchecked.
#pragma once

#include <fmt/format.h>

#include <regex>
#include <set>
#include <string>
#include <vector>

#include "core/base/json.h"

namespace copybench {

class SchemaCheck {
 public:
  explicit SchemaCheck(const Json& document) : document_(document) {}

  // Returns each violation of the schema on its own line.
  std::vector<std::string> problems(const Json& schema, const Json& value) const {
    std::vector<std::string> found;
    check(schema, value, "$", found);
    return found;
  }

 private:
  using Problems = std::vector<std::string>;

  static bool has_type(const std::string& type, const Json& value) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_boolean();
    if (type == "null") return value.is_null();
    if (type == "integer") return value.is_number_integer();
    return type == "number" && value.is_number();
  }

  void check(const Json& schema, const Json& value, const std::string& where, Problems& found) const {
    if (schema.is_boolean()) {
      if (!schema.get<bool>()) found.push_back(where + ": nothing is allowed here");
      return;
    }
    for (const auto& [keyword, said] : schema.items()) check_keyword(keyword, said, schema, value, where, found);
  }

  void check_keyword(const std::string& keyword, const Json& said, const Json& schema, const Json& value,
                     const std::string& where, Problems& found) const {
    const auto wrong = [&] {
      found.push_back(fmt::format("{}: {} is against {} {}", where, value.dump(), keyword, said.dump()));
    };
    static const std::set<std::string> kAnnotations{"description", "format", "default"};
    if (kAnnotations.count(keyword) != 0) return;
    if (keyword == "$ref") {
      const std::string pointer = said.get<std::string>().substr(1);
      check(document_.at(Json::json_pointer(pointer)), value, where, found);
    } else if (keyword == "type") {
      bool any = false;
      for (const Json& type : said.is_array() ? said : Json::array({said})) any = any || has_type(type, value);
      if (!any) wrong();
    } else if (keyword == "enum") {
      if (std::find(said.begin(), said.end(), value) == said.end()) wrong();
    } else if (keyword == "const") {
      if (value != said) wrong();
    } else if (keyword == "anyOf") {
      bool any = false;
      for (const Json& alternative : said) any = any || problems(alternative, value).empty();
      if (!any) wrong();
    } else if (keyword == "required") {
      for (const Json& name : said) {
        if (value.is_object() && !value.contains(name.get<std::string>()))
          found.push_back(fmt::format("{}: no {}", where, name.dump()));
      }
    } else if (keyword == "properties") {
      for (const auto& [name, property] : said.items()) {
        if (value.is_object() && value.contains(name)) check(property, value[name], where + "." + name, found);
      }
    } else if (keyword == "additionalProperties") {
      const Json known = schema.value("properties", Json::object());
      for (const auto& [name, member] : value.items()) {
        if (value.is_object() && !known.contains(name)) check(said, member, where + "." + name, found);
      }
    } else if (keyword == "items") {
      for (size_t i = 0; value.is_array() && i < value.size(); ++i)
        check(said, value[i], fmt::format("{}[{}]", where, i), found);
    } else if (keyword == "minItems") {
      if (value.is_array() && value.size() < said.get<size_t>()) wrong();
    } else if (keyword == "maxItems") {
      if (value.is_array() && value.size() > said.get<size_t>()) wrong();
    } else if (keyword == "uniqueItems") {
      if (value.is_array() && std::set<Json>(value.begin(), value.end()).size() != value.size()) wrong();
    } else if (keyword == "minimum") {
      if (value.is_number() && value.get<double>() < said.get<double>()) wrong();
    } else if (keyword == "maximum") {
      if (value.is_number() && value.get<double>() > said.get<double>()) wrong();
    } else if (keyword == "minLength") {
      if (value.is_string() && value.get<std::string>().size() < said.get<size_t>()) wrong();
    } else if (keyword == "maxLength") {
      if (value.is_string() && value.get<std::string>().size() > said.get<size_t>()) wrong();
    } else if (keyword == "pattern") {
      if (value.is_string() && !std::regex_search(value.get<std::string>(), std::regex(said.get<std::string>())))
        wrong();
    } else {
      found.push_back(where + ": the keyword " + keyword + " is not known to this test");
    }
  }

  const Json& document_;
};

}  // namespace copybench
