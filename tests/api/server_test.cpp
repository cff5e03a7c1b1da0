#include "api/server.h"

#include <chrono>
#include <thread>

#include "fixture.h"

using namespace copybench;

TEST_CASE("the bound address has the chosen port, and answers there") {
  Served served;
  CHECK(served.address.starts_with("127.0.0.1:"));
  CHECK(served.address != "127.0.0.1:0");
  CHECK(served.get("/healthz").status == 200);
}

TEST_CASE("a second server on the same port gets the error that it is in use") {
  Served served;
  Backend other;
  ApiOptions options;
  options.listen = served.address;
  const auto second = ApiServer::create(options, other.context());
  const auto bound = second->bind();
  REQUIRE_FALSE(bound);
  CHECK(bound.error().message.find("address in use") != std::string::npos);
  CHECK(bound.error().message.find(served.address) != std::string::npos);
}

TEST_CASE("an invalid address is rejected with the allowed forms") {
  Backend backend;
  ApiOptions options;
  options.listen = "nowhere";
  const auto bound = ApiServer::create(options, backend.context())->bind();
  REQUIRE_FALSE(bound);
  CHECK(bound.error().message.find("unix:PATH") != std::string::npos);
}

TEST_CASE("a stop before serving is not lost") {
  Backend backend;
  ApiOptions options;
  options.listen = "127.0.0.1:0";
  SUBCASE("before bind") {
    const auto server = ApiServer::create(options, backend.context());
    server->stop();
    REQUIRE(server->bind());
    server->serve();  // returns
  }
  SUBCASE("after bind") {
    const auto server = ApiServer::create(options, backend.context());
    REQUIRE(server->bind());
    server->stop();
    server->serve();
  }
  SUBCASE("twice, after start") {
    const auto server = ApiServer::create(options, backend.context());
    REQUIRE(server->bind());
    server->start();
    server->stop();
    server->stop();
  }
  SUBCASE("never served") {
    const auto server = ApiServer::create(options, backend.context());
    REQUIRE(server->bind());
  }
}

TEST_CASE("stopping ends silent connections, and event streams with a last event") {
  Served served;
  const ExperimentId id = served.queue(1);
  const UniqueFd silent = served.client->connect();
  const UniqueFd stream = served.client->connect();
  HttpClient::send(stream.get(), fmt::format("GET /experiments/{}/events HTTP/1.1\r\nHost: localhost\r\n\r\n", id));
  HttpClient::receive_until(stream.get(), "event: progress");
  served.server->stop();
  const std::string rest = HttpClient::receive_all(stream.get());
  CHECK(rest.find("event: shutdown") != std::string::npos);
  CHECK(rest.ends_with("0\r\n\r\n"));
  CHECK(HttpClient::receive_all(silent.get()).empty());
  CHECK_FALSE(connect_tcp("127.0.0.1", must(parse_listen_address(served.address)).port, {}));
}

TEST_CASE("a unix socket is served, and its file is removed with the server") {
  Backend backend;
  const std::string path = backend.directory.path() / "api.sock";
  ApiOptions options;
  options.listen = "unix:" + path;
  {
    const auto server = ApiServer::create(options, backend.context());
    CHECK(must(server->bind()) == options.listen);
    server->start();
    const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    path.copy(name.sun_path, sizeof name.sun_path - 1);
    REQUIRE(::connect(socket.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) == 0);
    HttpClient::send(socket.get(), "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK(parse_answer(HttpClient::receive_all(socket.get())).status == 200);
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("every request is counted once as a disturbance") {
  Served served;
  served.get("/healthz");
  served.get("/nothing");
  served.post("/experiments", "{}");
  served.client->raw("nonsense\r\n\r\n");
  CHECK(served.activity.requests() == 4);
}
