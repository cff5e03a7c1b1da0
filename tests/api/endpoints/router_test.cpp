#include "api/endpoints/router.h"

#include "api/fixture.h"
#include "web/assets.h"

using namespace copybench;

TEST_CASE("unknown paths and invalid ids are 404") {
  Served served;
  for (const char* path : {"/nothing",
                           "/experiments/1",
                           "/experiments/x",
                           "/experiments/0",
                           "/experiments/-1",
                           "/experiments/1.0",
                           "/experiments/01",
                           "/experiments/99999999999999999999",
                           "/experiments/1/nothing",
                           "/experiments/",
                           "/experiments/1/",
                           "/runs",
                           "/runs/1",
                           "/runs/1/perf",
                           "/runs/x",
                           "/../etc/passwd",
                           "/%2e%2e/etc/passwd",
                           "//",
                           "/%00",
                           "/%ff",
                           "*"}) {
    CAPTURE(path);
    problem(served.get(path), 404);
  }
  problem(served.get("http://evil.example/"), 421);
  CHECK(served.get("http://localhost/healthz").status == 200);
  problem(served.request("POST", "/experiments/1/cancel"), 404);
  problem(served.request("DELETE", "/experiments/1"), 404);
}

TEST_CASE("an invalid id gets the definition of an id") {
  Served served;
  for (const char* id : {"x", "0", "9223372036854775808", "12345678901234567890123"}) {
    CAPTURE(id);
    CHECK(problem(served.get(fmt::format("/experiments/{}", id)), 404)["detail"] ==
          fmt::format("\"{}\" is given; the id in the path must be a whole number from 1 to 9223372036854775807", id));
  }
}

TEST_CASE("a percent-encoded path equals its decoded path") {
  Served served;
  CHECK(served.get("/%68ealthz").status == 200);
}

TEST_CASE("a wrong method gets the right ones") {
  Served served;
  const auto allow = [&](std::string_view method, std::string_view path) {
    const Answer answer = served.request(method, path);
    problem(answer, 405);
    return answer.header("allow");
  };
  CHECK(allow("DELETE", "/experiments") == "POST, GET, HEAD");
  CHECK(allow("PUT", "/experiments/1") == "GET, HEAD, PATCH, DELETE");
  CHECK(allow("GET", "/experiments/1/cancel") == "POST");
  CHECK(allow("OPTIONS", "/healthz") == "GET, HEAD");
  CHECK(allow("TRACE", "/") == "GET, HEAD");
  CHECK(allow("CONNECT", "/system") == "GET, HEAD");
  CHECK(allow("FOO", "/experiments") == "POST, GET, HEAD");
  CHECK(allow("get", "/experiments/1") == "GET, HEAD, PATCH, DELETE");
  CHECK(allow("Post", "/") == "GET, HEAD");
  problem(served.request("FOO", "/nothing"), 404);
  CHECK(allow("POST", "/") == "GET, HEAD");
  CHECK(allow("PATCH", "/runs/1/perf") == "GET, HEAD");
}

TEST_CASE("HEAD is GET without a body") {
  Served served;
  served.queue(1);
  served.complete_next();
  for (const char* path : {"/", "/experiments", "/experiments/1", "/experiments/1/runs", "/experiments/1/results.csv",
                           "/experiments/1/events", "/runs/1", "/system", "/openapi.json"}) {
    CAPTURE(path);
    const Answer answer = served.request("HEAD", path);
    CHECK(answer.status == 200);
    CHECK(answer.body.empty());
  }
  CHECK(served.request("HEAD", "/openapi.json").header("content-length") ==
        served.get("/openapi.json").header("content-length"));
  CHECK(served.request("HEAD", "/nothing").status == 404);
}

TEST_CASE("unknown query parameters are named") {
  Served served;
  CHECK(problem(served.get("/healthz?colour=red"), 400)["errors"][0]["pointer"] == "?colour");
  CHECK(problem(served.get("/experiments?limit=0"), 400)["errors"][0]["pointer"] == "?limit");
  CHECK(problem(served.get("/experiments?cursor=x"), 400)["errors"][0]["pointer"] == "?cursor");
  CHECK(problem(served.post("/experiments?dry=1", "{}"), 400)["errors"][0]["pointer"] == "?dry");
  for (const char* bad : {"%zz", "%ff", "%"}) {
    CHECK(problem(served.get(fmt::format("/experiments?tag={}", bad)), 400)["errors"][0]["pointer"] == "?tag");
  }
}

TEST_CASE("a foreign host gets 421, a foreign origin 403, and nothing is stored") {
  Served served;
  const auto as = [&](std::string_view host) {
    return served.client->raw(fmt::format("GET /experiments HTTP/1.1\r\nHost: {}\r\n\r\n", host));
  };
  problem(as("evil.example"), 421);
  problem(as(""), 421);
  CHECK(as("localhost").status == 200);
  CHECK(as("[::1]:99").status == 200);
  for (const char* origin : {"http://evil.example", "null", "http://127.0.0.1:1", "http://localhost:8090"}) {
    const std::string header = fmt::format("Origin: {}\r\n", origin);
    problem(served.post("/experiments", "{\"preset\":\"quick\"}", header), 403);
    problem(served.request("POST", "/experiments/1/cancel", header), 403);
    problem(served.get("/experiments", header), 403);
    problem(served.get("/", header), 403);
    problem(served.get("/nothing", header), 403);
  }
  CHECK(served.get("/experiments").json()["items"].empty());
  const std::string own = fmt::format("Origin: http://{}\r\n", served.address);
  CHECK(served.post("/experiments", "{\"preset\":\"quick\"}", own).status == 202);
  CHECK(served.get("/", own).status == 200);
}

TEST_CASE("changes above the rate get 429 with Retry-After; reads are not limited") {
  ApiOptions options;
  options.post_rates = {1, 0};
  Served served(options);
  int accepted = 0;
  Answer answer;
  for (int i = 0; i < 30; ++i) {
    answer = served.post("/experiments?dry_run=1", "{\"preset\":\"quick\"}");
    accepted += answer.status == 200 ? 1 : 0;
  }
  CHECK(accepted >= 11);
  CHECK(accepted < 30);
  problem(answer, 429);
  CHECK(std::stoi(answer.header("retry-after")) >= 1);
  problem(served.request("DELETE", "/experiments/1"), 429);
  CHECK(served.get("/experiments").status == 200);
}

TEST_CASE("a body must exist and be JSON") {
  Served served;
  problem(served.request("POST", "/experiments"), 400);
  problem(served.request("POST", "/experiments", "Content-Type: application/json\r\nContent-Length: 0\r\n"), 400);
  const auto as = [&](std::string_view type) {
    return served.client->raw(fmt::format(
        "POST /experiments HTTP/1.1\r\nHost: localhost\r\n{}Content-Length: 18\r\n\r\n{{\"preset\":\"quick\"}}", type));
  };
  problem(as(""), 415);
  problem(as("Content-Type: text/plain\r\n"), 415);
  problem(as("Content-Type: multipart/form-data; boundary=x\r\n"), 415);
  problem(as("Content-Type: application/x-www-form-urlencoded\r\n"), 415);
  CHECK(as("Content-Type: application/json; charset=utf-8\r\n").status == 202);
}

TEST_CASE("every response has the browser's security headers") {
  Served served;
  for (const char* path : {"/", "/experiments", "/nothing", "/style.css"}) {
    CAPTURE(path);
    const Answer answer = served.get(path);
    CHECK(answer.header("content-security-policy").starts_with("default-src 'self'"));
    CHECK(answer.header("x-content-type-options") == "nosniff");
    CHECK(answer.header("referrer-policy") == "no-referrer");
    CHECK(answer.header("connection") == "close");
  }
}

TEST_CASE("the page's files are served by name, with an ETag") {
  Served served;
  const Answer page = served.get("/");
  CHECK(page.status == 200);
  CHECK(page.header("content-type").starts_with("text/html"));
  CHECK(page.body.find("<html") != std::string::npos);
  const std::string etag = page.header("etag");
  REQUIRE(etag.size() > 2);
  const Answer unchanged = served.get("/", fmt::format("If-None-Match: {}\r\n", etag));
  CHECK(unchanged.status == 304);
  CHECK(unchanged.body.empty());
  CHECK(unchanged.header("etag") == etag);
  CHECK(served.get("/", fmt::format("If-None-Match: \"x\", {}\r\n", etag)).status == 304);
  CHECK(served.get("/", "If-None-Match: \"x\"\r\n").status == 200);
  CHECK(page.header("cache-control") == "no-cache");
  problem(served.get("/app.js"), 404);
}

TEST_CASE("a change that only an ETag may allow is not made, because nothing but the page's files has one") {
  Served served;
  const std::string path = fmt::format("/experiments/{}", served.queue(1));
  const std::string etag = served.get("/").header("etag");
  const auto change = [&](const std::string& headers) {
    return served.request("DELETE", path, headers);
  };
  const Json refused = problem(change("If-Match: \"x\"\r\n"), 412);
  CHECK(refused["title"] == "Precondition Failed");
  CHECK(refused["errors"][0]["pointer"] == "If-Match:");
  problem(served.get(path, "If-Match: \"x\"\r\nIf-Match: \"y\"\r\n"), 412);
  CHECK(served.get(path, "If-Match: *\r\n").status == 200);
  problem(served.get("/nothing", "If-Match: \"x\"\r\n"), 404);
  CHECK(served.get("/", fmt::format("If-Match: {}\r\n", etag)).status == 200);
  problem(served.get("/", "If-Match: \"x\"\r\n"), 412);
}

TEST_CASE("what has its hash in its name may be kept for good") {
  Served served;
  for (const Asset& asset : assets()) {
    const Answer answer = served.get(asset.path);
    CHECK((answer.header("cache-control").find("immutable") != std::string::npos) == asset.immutable);
  }
}
