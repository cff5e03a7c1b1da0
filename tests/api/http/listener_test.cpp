#include "api/http/listener.h"

#include <sys/stat.h>

#include <fstream>

#include "api/fixture.h"

using namespace copybench;

TEST_CASE("addresses to listen on") {
  CHECK(must(parse_listen_address("127.0.0.1:8090")) == ListenAddress{"127.0.0.1", 8090, ""});
  CHECK(must(parse_listen_address("localhost:0")) == ListenAddress{"localhost", 0, ""});
  CHECK(must(parse_listen_address("[::1]:65535")) == ListenAddress{"::1", 65535, ""});
  CHECK(must(parse_listen_address("unix:/run/a b")) == ListenAddress{"", 0, "/run/a b"});
  for (const char* text : {"127.0.0.1:8090", "[::1]:0", "unix:/run/x"})
    CHECK(to_string(must(parse_listen_address(text))) == text);
  for (const char* text : {"", "8090", ":8090", "localhost", "localhost:", "localhost:65536", "localhost:-1",
                           "localhost:80x", "::1:80", "[::1]", "unix:", "localhost: 80"}) {
    CAPTURE(text);
    const auto address = parse_listen_address(text);
    REQUIRE_FALSE(address);
    CHECK(address.error().message.find("HOST:PORT") != std::string::npos);
  }
}

TEST_CASE("names that do not resolve and addresses of other machines are errors with a reason") {
  CHECK_FALSE(Listener::open({"no such host", 0, ""}));
  const auto foreign = Listener::open({"192.0.2.1", 0, ""});
  REQUIRE_FALSE(foreign);
  CHECK(foreign.error().message.find("no interface") != std::string::npos);
}

TEST_CASE("a unix socket's path is kept while another process listens, and taken over when none does") {
  TemporaryDirectory directory;
  const ListenAddress address{"", 0, directory.path() / "s"};
  {
    const Listener first = must(Listener::open(address));
    const auto second = Listener::open(address);
    REQUIRE_FALSE(second);
    CHECK(second.error().message.find("address in use") != std::string::npos);
    CHECK(std::filesystem::exists(address.path));
  }
  CHECK_FALSE(std::filesystem::exists(address.path));
  {
    const UniqueFd abandoned(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    address.path.copy(name.sun_path, sizeof name.sun_path - 1);
    REQUIRE(::bind(abandoned.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) == 0);
  }
  CHECK(std::filesystem::exists(address.path));
  CHECK(Listener::open(address));
}

TEST_CASE("a file that is not a socket is never touched") {
  TemporaryDirectory directory;
  const std::string path = directory.path() / "notes";
  std::ofstream(path) << "mine";
  CHECK_FALSE(Listener::open({"", 0, path}));
  CHECK(std::filesystem::file_size(path) == 4);
  CHECK_FALSE(Listener::open({"", 0, "/" + std::string(200, 'x')}));
}

TEST_CASE("the reach of an address, and a failure to bind, are reported without listening") {
  const auto reached = [](std::string_view text) {
    const auto judged = reached_from_elsewhere(*parse_listen_address(text));
    INFO((judged ? std::string() : judged.error().message));
    REQUIRE(judged);
    return *judged;
  };
  CHECK_FALSE(reached("127.0.0.1:0"));
  CHECK_FALSE(reached("[::1]:0"));
  CHECK_FALSE(reached("localhost:0"));
  CHECK(reached("0.0.0.0:0"));
  CHECK(reached("[::]:0"));
  CHECK_FALSE(reached("unix:/run/copybench/not-made-yet.sock"));
  const TemporaryDirectory directory;
  const std::string folder = directory.path();
  CHECK_FALSE(reached("unix:" + folder + "/socket"));
  std::ofstream(folder + "/file") << "x";
  for (const auto& [path, why] : std::vector<std::pair<std::string, std::string>>{
           {folder + "/file", "no socket"}, {folder + "/none/socket", "there is no folder"},
           {folder + "/file/socket", "there is no folder"}, {folder + "/" + std::string(200, 'x'), "at most 107 bytes"}}) {
    const auto judged = reached_from_elsewhere({"", 0, path});
    REQUIRE_FALSE(judged);
    CHECK_FALSE(judged.error().may_pass);
    CHECK(judged.error().message.find(why) != std::string::npos);
    CHECK(Listener::open({"", 0, path}).error().message == judged.error().message);
  }
  CHECK_FALSE(reached_from_elsewhere({"no-such-host.invalid", 80, ""}));
}
