// The end-to-end tests hold the answers against this description.
#include "api/endpoints/openapi.h"

#include <algorithm>
#include <set>
#include <string>

#include "api/endpoints/routes.h"
#include "api/fixture.h"

using namespace copybench;

namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return std::tolower(c); });
  return result;
}

void collect_references(const Json& node, std::set<std::string>& references) {
  if (node.is_object() && node.contains("$ref")) references.insert(node["$ref"].get<std::string>());
  if (node.is_structured()) {
    for (const Json& child : node) collect_references(child, references);
  }
}

}  // namespace

TEST_CASE("every route is described, and every operation is a route") {
  const Json document = openapi_document();
  std::set<std::pair<std::string, std::string>> described, routed;
  for (const auto& [path, item] : document["paths"].items()) {
    for (const auto& [method, operation] : item.items()) {
      if (method != "parameters") described.emplace(method, path);
    }
  }
  for (const Route& route : routes()) routed.emplace(lower(route.method), route.path);
  CHECK(described == routed);
}

TEST_CASE("operations have unique ids, and the query parameters that their routes take") {
  const Json document = openapi_document();
  std::set<std::string> names;
  for (const Route& route : routes()) {
    CAPTURE(route.path);
    const Json& operation = document["paths"][std::string(route.path)][lower(route.method)];
    CHECK(names.insert(operation["operationId"]).second);
    CHECK_FALSE(operation["summary"].get<std::string>().empty());
    std::set<std::string_view> described;
    if (operation.contains("parameters")) {
      for (const Json& parameter : operation["parameters"]) {
        if (parameter["in"] == "query") described.insert(parameter["name"].get_ref<const std::string&>());
      }
    }
    CHECK(described == std::set<std::string_view>(route.query.begin(), route.query.end()));
    CHECK(operation.contains("requestBody") == !route.body.empty());
  }
}

TEST_CASE("every reference resolves") {
  const Json document = openapi_document();
  std::set<std::string> references;
  collect_references(document, references);
  CHECK(references.size() > 10);
  for (const std::string& reference : references) {
    CAPTURE(reference);
    CHECK(document.contains(Json::json_pointer(reference.substr(1))));
  }
}

TEST_CASE("what is served is what is tested") {
  Served served;
  const Answer answer = served.get("/openapi.json");
  CHECK(answer.json() == openapi_document());
  CHECK(answer.json()["openapi"] == "3.1.0");
}
