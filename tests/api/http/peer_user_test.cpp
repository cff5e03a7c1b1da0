#include "api/http/peer_user.h"

#include <unistd.h>

#include "api/fixture.h"

using namespace copybench;

TEST_CASE("the user at the other end of a loopback connection and of a unix socket is known") {
  auto listener = must(Listener::open({"127.0.0.1", 0, ""}));
  const UniqueFd client = HttpClient(listener.address().port).connect();
  const UniqueFd served(::accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC));
  REQUIRE(served);
  const std::string user = user_of_peer(served.get());
  // Without netlink's socket diagnosis the address is used instead.
  if (!user.empty()) CHECK(user == std::to_string(::geteuid()));

  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  const UniqueFd one(ends[0]), other(ends[1]);
  CHECK(user_of_peer(one.get()) == std::to_string(::geteuid()));
}

TEST_CASE("a descriptor that is not a connection has no user") { CHECK(user_of_peer(-1) == ""); }
