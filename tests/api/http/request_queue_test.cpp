#include "api/http/request_queue.h"

#include <doctest/doctest.h>

#include <string>

using namespace copybench;
using namespace std::chrono_literals;

namespace {

PendingRequest request(const std::string& lane, Work work = Work::light) {
  HttpRequest one;
  one.path = lane;
  return {HttpConnection(UniqueFd(), 1s), std::move(one), {work, lane}};
}

// The lanes of all requests that may start now, in order.
std::string begun(RequestQueue& queue) {
  std::string lanes;
  while (auto next = queue.pop()) lanes += next->lane.name;
  return lanes;
}

}  // namespace

TEST_CASE("lanes take turns, and keep their order") {
  RequestQueue queue(8, 100, 1 << 20);
  for (int i = 0; i < 4; ++i) CHECK_FALSE(queue.push(request("a")));
  CHECK_FALSE(queue.push(request("b")));
  CHECK_FALSE(queue.push(request("c")));
  CHECK(begun(queue) == "abcaaa");
}

TEST_CASE("at most half of a kind's workers serve one lane, so that others find a worker") {
  RequestQueue queue(8, 100, 1 << 20);
  for (int i = 0; i < 9; ++i) queue.push(request("f"));
  for (int i = 0; i < 3; ++i) queue.push(request("h", Work::heavy));
  CHECK(begun(queue) == "fhfff");
  queue.push(request("l"));
  queue.push(request("k", Work::heavy));
  CHECK(begun(queue) == "lk");
  queue.done({Work::light, "l"});
  CHECK(begun(queue) == "");
  queue.done({Work::heavy, "h"});
  CHECK(begun(queue) == "h");
  queue.done({Work::light, "f"});
  queue.done({Work::light, "f"});
  CHECK(begun(queue) == "ff");
}

TEST_CASE("above the limit, the newest request of the longest lane is dropped") {
  RequestQueue queue(8, 3, 1 << 20);
  for (int i = 0; i < 3; ++i) CHECK_FALSE(queue.push(request("a")));
  const auto own = queue.push(request("a"));
  REQUIRE(own);
  CHECK(own->lane.name == "a");
  const auto other = queue.push(request("b"));
  REQUIRE(other);
  CHECK(other->lane.name == "a");
  CHECK(begun(queue) == "aba");
  for (const char* lane : {"a", "b", "c"}) CHECK_FALSE(queue.push(request(lane)));
  CHECK(queue.push(request("d"))->lane.name == "d");
}

TEST_CASE("a quarter of the workers serves heavy requests, a quarter changes, a quarter pieces; light ones wait for none") {
  RequestQueue queue(8, 100, 1 << 20);
  for (const char* client : {"1", "2", "3", "4", "5"}) {
    queue.push(request(std::string("h") + client, Work::heavy));
    queue.push(request(std::string("c") + client, Work::change));
    queue.push(request(std::string("p") + client, Work::piece));
    queue.push(request(std::string("l") + client));
  }
  CHECK(begun(queue) == "h1c1p1l1h2c2p2l2l3l4l5");
  queue.done({Work::heavy, "h2"});
  CHECK(begun(queue) == "h3");
  queue.done({Work::change, "c1"});
  queue.done({Work::change, "c2"});
  CHECK(begun(queue) == "c3c4");
}

TEST_CASE("on stop, only the responses that have begun are handed back") {
  RequestQueue queue(8, 100, 1 << 20);
  queue.push(request("a"));
  queue.push({HttpConnection(UniqueFd(), 1s, "127.0.0.9"), std::nullopt, {Work::piece, "p"}});
  const auto rest = queue.clear();
  REQUIRE(rest.size() == 1);
  CHECK(rest.front().peer() == "127.0.0.9");
  CHECK(begun(queue) == "");
}

TEST_CASE("one worker serves everything, one request after another") {
  RequestQueue queue(1, 100, 1 << 20);
  queue.push(request("h", Work::heavy));
  queue.push(request("h", Work::heavy));
  CHECK(begun(queue) == "h");
  queue.done({Work::heavy, "h"});
  CHECK(begun(queue) == "h");
}
