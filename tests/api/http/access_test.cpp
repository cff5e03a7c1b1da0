#include "api/http/access.h"

#include "api/fixture.h"

using namespace copybench;

namespace {

const std::string kToken = "0123456789abcdefghijABCDEFGHIJ+/==";

AccessRules with_token() { return {must(AccessToken::parse(kToken)), false, {}, {}, {}}; }

HttpRequest request(const std::string& method, std::vector<std::string> authorizations) {
  HttpRequest result;
  result.method = method;
  for (auto& value : authorizations) result.headers.emplace_back("authorization", std::move(value));
  return result;
}

bool passes(const AccessRules& rules, const std::string& method, std::vector<std::string> authorizations) {
  const auto problem = token_problem(request(method, std::move(authorizations)), rules);
  if (problem) CHECK(problem->status == 401);
  return !problem;
}

Served served_with(AccessRules rules) {
  ApiOptions options;
  options.access = std::move(rules);
  return Served(options);
}

const std::string kAuthorization = "Authorization: Bearer " + kToken + "\r\n";

}  // namespace

TEST_CASE("a token is a valid bearer credential of a length that cannot be guessed") {
  CHECK(AccessToken::parse(kToken));
  CHECK(must(AccessToken::parse("\n " + kToken + "\r\n\n")).matches(kToken));
  CHECK(AccessToken::parse(std::string(AccessToken::kMaxLength, 'a')));
  const auto refused = [](const std::string& text, const std::string& word) {
    const auto token = AccessToken::parse(text);
    REQUIRE_FALSE(token);
    CAPTURE(token.error().message);
    CHECK(token.error().message.find(word) != std::string::npos);
    CHECK(token.error().message.find("/dev/urandom") != std::string::npos);
    if (text.size() > 3) CHECK(token.error().message.find(text) == std::string::npos);
  };
  refused("", "no token");
  refused(" \n", "no token");
  refused("short-but-secret", "16 characters; allowed: 32 to 1024");
  refused(std::string(AccessToken::kMaxLength + 1, 'a'), "more than");
  refused(kToken + "\n" + kToken, "characters");
  refused(kToken + "\"", "characters");
  refused(kToken + "a", "characters");  // after the "="
  refused(std::string(40, '='), "characters");
  refused(std::string(40, '\0'), "characters");
}

TEST_CASE("only the exact token matches") {
  const AccessToken token = must(AccessToken::parse(kToken));
  CHECK(token.matches(kToken));
  for (const std::string& other : {std::string(), kToken.substr(1), kToken.substr(0, kToken.size() - 1), kToken + kToken,
                                   kToken + "=", "1" + kToken.substr(1), std::string(kToken.size(), '\0')}) {
    CHECK_FALSE(token.matches(other));
  }
}

TEST_CASE("with a token every request carries it, in one header of one form") {
  const AccessRules rules = with_token();
  for (const char* method : {"GET", "HEAD", "POST", "DELETE"}) {
    CHECK(passes(rules, method, {"Bearer " + kToken}));
    CHECK(passes(rules, method, {"bEARER   " + kToken}));
    for (const std::vector<std::string>& bad :
         {std::vector<std::string>{}, {""}, {"Bearer"}, {"Bearer "}, {kToken}, {"Basic " + kToken}, {"Bearer" + kToken},
          {"Bearer " + kToken + " x"}, {"Bearer x"}, {"Bearer " + kToken, "Bearer " + kToken}}) {
      CHECK_FALSE(passes(rules, method, bad));
    }
  }
}

TEST_CASE("without a token all requests pass; with public reads the reading ones") {
  CHECK(passes({}, "POST", {}));
  AccessRules rules = with_token();
  rules.public_read = true;
  CHECK(passes(rules, "GET", {}));
  CHECK(passes(rules, "HEAD", {"Bearer nonsense"}));
  for (const char* method : {"POST", "DELETE", "PUT", "get", "OPTIONS"}) {
    CHECK_FALSE(passes(rules, method, {}));
    CHECK(passes(rules, method, {"Bearer " + kToken}));
  }
}

TEST_CASE("a request without a token gets 401 whatever the path; the page and liveness are open to all") {
  Served served = served_with(with_token());
  for (const char* path : {"/experiments", "/experiments/1", "/runs/1", "/system", "/nothing", "/experiments/x"}) {
    CAPTURE(path);
    const Answer answer = served.get(path);
    problem(answer, 401);
    CHECK(answer.header("www-authenticate") == "Bearer realm=\"copybench\"");
  }
  const Answer wrong = served.get("/experiments", "Authorization: Bearer " + std::string(40, 'x') + "\r\n");
  problem(wrong, 401);
  CHECK(wrong.header("www-authenticate").find("invalid_token") != std::string::npos);
  CHECK(wrong.body.find("xxxx") == std::string::npos);
  problem(served.post("/experiments", "{\"preset\":\"quick\"}"), 401);
  problem(served.request("DELETE", "/experiments/1"), 401);
  for (const char* path : {"/", "/healthz", "/openapi.json"}) CHECK(served.get(path).status == 200);
  CHECK(served.get("/experiments", kAuthorization).json()["items"].empty());
  CHECK(served.post("/experiments", "{\"preset\":\"quick\"}", kAuthorization).status == 202);
  problem(served.get("/nothing", kAuthorization), 404);
}

TEST_CASE("the rules can change while requests are served, but cannot open the address to others") {
  Served served = served_with({});
  CHECK(served.get("/experiments").status == 200);
  must(served.server->set_access(with_token()));
  problem(served.get("/experiments"), 401);
  problem(served.get("/experiments", "Host: x\r\n"), 400);
  AccessRules named = with_token();
  named.allowed_hosts = {"bench.lan"};
  must(served.server->set_access(named));
  CHECK(served.client->raw("GET /experiments HTTP/1.1\r\nHost: bench.lan\r\n" + kAuthorization + "\r\n").status == 200);
  problem(served.client->raw("GET /experiments HTTP/1.1\r\nHost: other.lan\r\n" + kAuthorization + "\r\n"), 421);
  must(served.server->set_access({}));
  CHECK(served.get("/experiments").status == 200);
}

TEST_CASE("an address that others can reach is not served without a token") {
  Backend backend;
  for (const char* listen : {"0.0.0.0:0", "[::]:0"}) {
    ApiOptions options;
    options.listen = listen;
    const auto bare = ApiServer::create(options, backend.context())->bind();
    REQUIRE_FALSE(bare);
    CHECK(bare.error().message.find("--token-file") != std::string::npos);
    options.access = with_token();
    const auto server = ApiServer::create(options, backend.context());
    REQUIRE(server->bind());
    CHECK_FALSE(server->set_access({}));
    CHECK(server->set_access(with_token()));
  }
  ApiOptions local;
  local.listen = "127.0.0.2:0";
  CHECK(ApiServer::create(local, backend.context())->bind());
}
