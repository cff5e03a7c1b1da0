#include "api/http/web_origin.h"

#include <doctest/doctest.h>

using namespace copybench;

TEST_CASE("the host of an authority") {
  CHECK(host_of("localhost:8090") == "localhost");
  CHECK(host_of("LocalHost.") == "localhost");
  CHECK(host_of("[::1]:8090") == "::1");
  CHECK(host_of("[0:0:0:0:0:0:0:1]") == "::1");
  CHECK(host_of("10.0.0.1") == "10.0.0.1");
  for (const char* bad :
       {"", ":80", "a:b", "a:123456", "[::1", "[::1]x", "[localhost]", "::1", "a b", "user@host", "a/b"}) {
    CAPTURE(bad);
    CHECK_FALSE(host_of(bad));
  }
}

TEST_CASE("an origin is a scheme, a host and a port, which defaults to the scheme's") {
  CHECK(parse_origin("https://bench.lan") == WebOrigin{"https", "bench.lan", 443});
  CHECK(parse_origin("HTTPS://Bench.LAN:443") == WebOrigin{"https", "bench.lan", 443});
  CHECK(parse_origin("http://bench.lan") == WebOrigin{"http", "bench.lan", 80});
  CHECK(parse_origin("http://[0:0::1]:8090") == WebOrigin{"http", "::1", 8090});
  CHECK(parse_origin("https://[fd00::9]") == WebOrigin{"https", "fd00::9", 443});
}

TEST_CASE("other texts are not origins of the web") {
  for (const char* bad : {"", "null", "bench.lan", "//bench.lan", "http:bench.lan", "ftp://bench.lan", "httpsx://bench.lan", "https://",
                          "https:///", "https://bench.lan/", "https://bench.lan/x", "https://a:0", "https://a:65536", "https://a:x",
                          "https://user@bench.lan", "https://*", "https://*.lan", "https://a b", " https://a", "file:///x"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_origin(bad));
  }
}
