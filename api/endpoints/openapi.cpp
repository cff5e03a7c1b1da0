#include "api/endpoints/openapi.h"

#include <string>
#include <string_view>
#include <type_traits>

#include "api/endpoints/versions.h"
#include "core/model/field_values.h"
#include "core/model/request_fields.h"

namespace copybench {

extern const std::string_view kOpenapiText;  // generated from openapi.yaml

namespace {

// The schema of a plain field: a flag, a number or an enumeration. Null for fields that openapi.yaml describes.
template <typename Field>
Json schema_of(const Field& field) {
  using Given = typename Field::Given;
  Json schema;
  if constexpr (std::is_enum_v<Given>) {
    schema = {{"type", "string"}, {"enum", names<Given>()}};
  } else if constexpr (std::is_same_v<Given, bool>) {
    schema = {{"type", "boolean"}};
  } else if constexpr (std::is_arithmetic_v<Given>) {
    const char* const type = std::is_integral_v<Given> ? "integer" : "number";
    schema = {{"type", field.null_is_absent ? Json{type, "null"} : Json(type)}};
    if (field.range) {
      schema["minimum"] = static_cast<Given>(field.range->least);
      schema["maximum"] = static_cast<Given>(field.range->most);
    }
  }
  return schema;
}

// Adds what THE table of request fields knows to the schemas of a request and of a spec, in the table's order: the properties of
// plain fields, and the title and one-line meaning of all of them.
void describe_fields(Json& schemas) {
  Json& request = schemas["ExperimentRequest"]["properties"];
  Json& spec = schemas["Spec"]["properties"];
  Json in_order = Json::object();
  each_request_field([&]<typename Field>(const Field& field) {
    const std::string key(field.text.name);
    Json own = schema_of(field);
    const bool plain = !own.is_null() && !request.contains(key);
    if (!plain) own = std::move(request[key]);
    if (plain && Field::has_spec) {
      Json& stored = spec[key] = own;
      stored.erase("minimum");
      stored.erase("maximum");
      schemas["Spec"]["required"].push_back(key);
    }
    own["title"] = field.text.title;
    if (!own.contains("description")) own["description"] = field.text.meaning;
    in_order[key] = std::move(own);
  });
  request = std::move(in_order);
}

}  // namespace

Json openapi_document() {
  Json document = Json::parse(kOpenapiText);
  describe_fields(document["components"]["schemas"]);
  document["info"]["version"] = copybench_version();
  return document;
}

}  // namespace copybench
