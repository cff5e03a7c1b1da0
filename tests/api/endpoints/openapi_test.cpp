#include "api/endpoints/openapi.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

#include "api/endpoints/routes.h"
#include "api/fixture.h"
#include "api/schema.h"

using namespace copybench;

namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return std::tolower(c); });
  return result;
}

std::string with_id(std::string path, int64_t id) {
  const size_t at = path.find("{id}");
  return at == std::string::npos ? path : path.replace(at, 4, std::to_string(id));
}

// Uses the same id for every required id parameter, except where both sides of a comparison would be equal.
std::string target_of(const Route& route, int64_t id) {
  std::string target = with_id(std::string(route.path), id);
  for (const std::string_view name : route.required) {
    const std::string value = name == "engine" ? "zero_copy" : name == "field_bytes" ? "4096" : std::to_string(id);
    target += fmt::format("{}{}={}", target.find('?') == std::string::npos ? '?' : '&', name,
                          name == "threads" ? "1" : value);
  }
  if (route.path == "/compare") return fmt::format("/compare?base={}&head={}&allow_differences=1", id, id + 1);
  return target;
}

struct Described {
  Json document = openapi_document();
  SchemaCheck schemas{document};

  // Checks that the response is one that the operation describes.
  void check(const std::string& path, const std::string& method, const Answer& answer) {
    CAPTURE(path);
    CAPTURE(method);
    CAPTURE(answer.body);
    const Json& responses = document["paths"][path][method]["responses"];
    const std::string status = std::to_string(answer.status);
    Json response = responses.contains(status) ? responses[status] : responses["default"];
    if (response.contains("$ref")) {
      response = document.at(Json::json_pointer(response["$ref"].get<std::string>().substr(1)));
    }
    if (!response.contains("content")) {
      CHECK(answer.body.empty());
      return;
    }
    std::string type = answer.header("content-type");
    type = type.substr(0, type.find(';'));
    REQUIRE_MESSAGE(response["content"].contains(type), type);
    if (!type.ends_with("/json") && !type.ends_with("+json")) return;
    for (const auto& problem : schemas.problems(response["content"][type]["schema"], answer.json()))
      FAIL_CHECK(problem);
  }
};

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

TEST_CASE("every operation answers as described: before, during and after, and for missing objects") {
  Served served;
  Described described;
  const auto walk = [&](int64_t id, bool begun = true, bool ended = false) {
    for (const Route& route : routes()) {
      if (route.method != "GET" || route.path == "/events" || (id == 1 && route.path.ends_with("/events"))) continue;
      const std::string path(route.path);
      const Answer answer = served.get(target_of(route, id));
      const bool of_one = path.find("{id}") != std::string::npos ||
                          std::find(route.required.begin(), route.required.end(), "base") != route.required.end();
      const bool recorded = begun || path.find("circumstances") == std::string::npos;
      const bool profiled = path == "/runs/{id}/profile" || path.ends_with(".folded") || path.ends_with(".svg");
      const bool found = !of_one || (id == 1 && path != "/runs/{id}/perf" && !profiled && recorded);
      const bool too_early = found && !ended && path.ends_with("/export.ndjson");
      CHECK(answer.status == (too_early ? 409 : found ? 200 : 404));
      described.check(path, "get", answer);
    }
  };
  served.queue(2);
  served.queue(2);
  walk(1, /*begun=*/false);
  const ClaimedRun run = served.claim();
  walk(1);
  must(served.store->finish(run.id, RunResult{Failed{"the engine died"}, Json::object(), ""}));
  const ClaimedRun completed = served.complete_next();
  walk(1, /*begun=*/true, /*ended=*/true);
  walk(999);
  const Answer text = served.get(fmt::format("/runs/{}/perf", completed.id));
  CHECK(text.status == 200);
  described.check("/runs/{id}/perf", "get", text);
  described.check("/experiments/{id}/events", "get", served.get("/experiments/1/events"));
  PerfReport& perf = served.perf_report;
  PerfProbe probe("/nonexistent/perf");
  perf.probe(probe);
  described.check("/system", "get", served.get("/system"));
}

TEST_CASE("writes answer as described") {
  Served served;
  Described described;
  const auto post = [&](std::string_view path, std::string_view body, int status) {
    const Answer answer = served.post(path, body);
    CHECK(answer.status == status);
    described.check("/experiments", "post", answer);
  };
  post("/experiments", R"({"preset": "quick", "server_cpus": [0]})", 202);
  post("/experiments?dry_run=1", R"({"preset": "quick"})", 200);
  post("/experiments", R"({"threads": [0]})", 400);
  post("/experiments", "{", 400);
  post("/experiments?x=1", "{}", 400);
  post("/experiments", std::string(2 << 20, 'x'), 413);
  for (const char* body : {R"({"preset": "quick", "events": ["cycles"]})", R"({"threads": [0]})", "{"}) {
    described.check("/experiments/validate", "post", served.post("/experiments/validate", body));
  }
  described.check("/experiments/{id}", "get", served.get("/experiments/1"));
  described.check("/experiments/{id}/cancel", "post", served.request("POST", "/experiments/1/cancel"));
  described.check("/experiments/{id}/cancel", "post", served.request("POST", "/experiments/9/cancel"));
  described.check("/experiments/{id}", "delete", served.request("DELETE", "/experiments/1"));
  described.check("/experiments/{id}", "delete", served.request("DELETE", "/experiments/1"));
}

TEST_CASE("the events' data are as described") {
  Served served;
  Described described;
  served.queue(1);
  served.complete_next();
  const std::string text = served.get("/experiments/1/events").body;
  const auto data_of = [&](const std::string& name) {
    const size_t at = text.find("event: " + name + "\ndata: ");
    REQUIRE(at != std::string::npos);
    const size_t begin = text.find("data: ", at) + 6;
    return Json::parse(text.substr(begin, text.find('\n', begin) - begin));
  };
  const auto check = [&](const char* schema, const Json& data) {
    for (const auto& problem : described.schemas.problems(described.document["components"]["schemas"][schema], data)) {
      FAIL_CHECK(problem);
    }
  };
  check("Run", data_of("run"));
  check("Experiment", data_of("end"));
  Json progress = data_of("progress");
  CHECK(progress.erase("experiment_id") == 1);
  CHECK(progress.erase("state") == 1);
  check("Progress", progress);
}

TEST_CASE("the described request is the accepted one") {
  Served served;
  Described described;
  const Json& schema = described.document["components"]["schemas"]["ExperimentRequest"];
  const std::pair<const char*, bool> requests[] = {
      {R"({"preset": "quick"})", true},
      {R"({"preset": "quick", "threads": [0]})", false},
      {R"({"preset": "quick", "threads": [257]})", false},
      {R"({"preset": "quick", "threads": []})", false},
      {R"({"preset": "quick", "threads": [1, 1]})", false},
      {R"({"preset": "quick", "engines": ["three_copy"]})", false},
      {R"({"preset": "quick", "field_sizes": [63]})", false},
      {R"({"preset": "quick", "field_sizes": [64, 4194304]})", true},
      {R"({"preset": "quick", "field_sizes": ["512"]})", false},
      {R"({"preset": "quick", "duration_s": 0.09})", false},
      {R"({"preset": "quick", "duration_s": 3601})", false},
      {R"({"preset": "quick", "warmup_s": 0})", true},
      {R"({"preset": "quick", "warmup_s": 61})", false},
      {R"({"preset": "quick", "repetitions": 101})", false},
      {R"({"preset": "quick", "order": "random"})", false},
      {R"({"preset": "quick", "seed": -1})", false},
      {R"({"preset": "quick", "pattern": "request_response", "receive": "recvmsg"})", true},
      {R"({"preset": "quick", "tcp_nodelay": "no"})", false},
      {R"({"preset": "quick", "socket_buffer_bytes": null})", true},
      {R"({"preset": "quick", "socket_buffer_bytes": 1})", false},
      {R"({"preset": "quick", "server_cpus": "none", "client_cpus": "auto"})", true},
      {R"({"preset": "quick", "server_cpus": "all"})", false},
      {R"({"preset": "quick", "server_cpus": []})", false},
      {R"({"preset": "quick", "events": ["task-clock"]})", true},
      {R"({"preset": "quick", "events": []})", false},
      {R"({"preset": "quick", "name": ""})", false},
      {R"({"preset": "quick", "colour": 1})", false},
      {R"({"preset": "slow"})", false},
  };
  for (const auto& row : requests) {
    const auto [request, taken] = row;
    CAPTURE(row.first);
    CHECK(described.schemas.problems(schema, Json::parse(request)).empty() == taken);
    CHECK(served.post("/experiments?dry_run=1", request).status == (taken ? 200 : 400));
  }
}

TEST_CASE("the served document is the tested one") {
  Served served;
  const Answer answer = served.get("/openapi.json");
  CHECK(answer.json() == openapi_document());
  CHECK(answer.json()["openapi"] == "3.1.0");
}
