#include "api/http/forwarded.h"

#include <doctest/doctest.h>

using namespace copybench;

namespace {

std::vector<ProxyAddress> proxies(const std::vector<std::string>& texts) {
  std::vector<ProxyAddress> result;
  for (const std::string& text : texts) result.push_back(ProxyAddress::parse(text).value());
  return result;
}

std::string client(const std::string& peer, const std::vector<std::string>& chain, const std::vector<std::string>& trusted) {
  HttpRequest request;
  request.peer = peer;
  for (const std::string& value : chain) request.headers.emplace_back("x-forwarded-for", value);
  return read_forwarded(request, proxies(trusted)).client;
}

}  // namespace

TEST_CASE("a proxy's address is an address, a network or the unix socket") {
  const auto contains = [](const char* text, const char* peer) { return ProxyAddress::parse(text).value().contains(peer); };
  CHECK(contains("127.0.0.1", "127.0.0.1"));
  CHECK_FALSE(contains("127.0.0.1", "127.0.0.2"));
  CHECK(contains("::ffff:127.0.0.1", "127.0.0.1"));
  CHECK(contains("10.16.0.0/12", "10.31.255.255"));
  CHECK_FALSE(contains("10.16.0.0/12", "10.32.0.0"));
  CHECK(contains("10.16.3.4/32", "10.16.3.4"));
  CHECK(contains("0.0.0.0/0", "1.2.3.4"));
  CHECK_FALSE(contains("0.0.0.0/0", "fd00::1"));
  CHECK(contains("fd00::/8", "fdff::1"));
  CHECK_FALSE(contains("fd00::/8", "fe00::1"));
  CHECK(contains("unix", ""));
  CHECK_FALSE(contains("unix", "127.0.0.1"));
  CHECK_FALSE(contains("0.0.0.0/0", ""));
  for (const char* bad : {"", "localhost", "127.0.0.1:80", "127.1", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8x", "10.0.0.0/08", "fd00::/129",
                          "[::1]", "/8", "unix:/run/x", " 127.0.0.1"}) {
    CAPTURE(bad);
    CHECK_FALSE(ProxyAddress::parse(bad));
  }
}

TEST_CASE("only a trusted proxy's headers count") {
  HttpRequest request;
  request.peer = "10.0.0.9";
  request.headers = {{"x-forwarded-for", "1.2.3.4"}, {"x-forwarded-host", "bench.lan"}, {"x-forwarded-proto", "https"}};
  for (const std::vector<std::string>& trusted : {std::vector<std::string>{}, {"10.0.0.8"}, {"unix"}}) {
    const Forwarded plain = read_forwarded(request, proxies(trusted));
    CHECK(plain.client == "10.0.0.9");
    CHECK(plain.host.empty());
    CHECK(plain.scheme == "http");
  }
  const Forwarded believed = read_forwarded(request, proxies({"10.0.0.9"}));
  CHECK(believed.client == "1.2.3.4");
  CHECK(believed.host == "bench.lan");
  CHECK(believed.scheme == "https");
}

TEST_CASE("the client is the last address that is not a trusted proxy: earlier ones are its own claim") {
  CHECK(client("127.0.0.1", {"6.6.6.6, 1.2.3.4"}, {"127.0.0.1"}) == "1.2.3.4");
  CHECK(client("127.0.0.1", {"6.6.6.6, 1.2.3.4 , 10.0.0.2"}, {"127.0.0.1", "10.0.0.0/8"}) == "1.2.3.4");
  CHECK(client("127.0.0.1", {"6.6.6.6", "1.2.3.4"}, {"127.0.0.1"}) == "1.2.3.4");
  CHECK(client("127.0.0.1", {"10.0.0.3, 10.0.0.2"}, {"127.0.0.1", "10.0.0.0/8"}) == "10.0.0.3");
  CHECK(client("", {"1.2.3.4"}, {"unix"}) == "1.2.3.4");
  CHECK(client("127.0.0.1", {}, {"127.0.0.1"}) == "127.0.0.1");
  CHECK(client("127.0.0.1", {""}, {"127.0.0.1"}) == "127.0.0.1");
}

TEST_CASE("an invalid address ends the chain, and one address has one spelling") {
  CHECK(client("127.0.0.1", {"1.2.3.4, unknown"}, {"127.0.0.1"}) == "127.0.0.1");
  CHECK(client("127.0.0.1", {"1.2.3.4, _hidden, 10.0.0.2"}, {"127.0.0.1", "10.0.0.2"}) == "10.0.0.2");
  CHECK(client("127.0.0.1", {"1.2.3.4:99"}, {"127.0.0.1"}) == "127.0.0.1");
  CHECK(client("::1", {"FD00:0::9"}, {"::1"}) == "fd00::9");
  CHECK(client("::1", {"::ffff:1.2.3.4"}, {"::1"}) == "1.2.3.4");
}

TEST_CASE("the nearest proxy's host and scheme count, and any other scheme is http") {
  HttpRequest request;
  request.peer = "127.0.0.1";
  request.headers = {{"x-forwarded-host", "evil.example, bench.lan"}, {"x-forwarded-proto", "https"}, {"x-forwarded-proto", "HTTPS"}};
  CHECK(read_forwarded(request, proxies({"127.0.0.1"})).host == "bench.lan");
  CHECK(read_forwarded(request, proxies({"127.0.0.1"})).scheme == "https");
  request.headers = {{"x-forwarded-proto", "https, ws"}};
  CHECK(read_forwarded(request, proxies({"127.0.0.1"})).scheme == "http");
}
