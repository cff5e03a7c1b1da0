#include "api/endpoints/answer_cache.h"

#include <doctest/doctest.h>

#include <string>

using namespace copybench;

namespace {

HttpResponse answer_of(std::string body) {
  HttpResponse answer;
  answer.body = std::move(body);
  return answer;
}

}  // namespace

TEST_CASE("a response is cached while nothing changes") {
  AnswerCache cache;
  CHECK_FALSE(cache.find("/a", 1));
  cache.keep("/a", 1, answer_of("x"));
  REQUIRE(cache.find("/a", 1));
  CHECK(cache.find("/a", 1)->body == "x");
  CHECK_FALSE(cache.find("/a?b", 1));
  CHECK_FALSE(cache.find("/a", 2));
  cache.keep("/b", 2, answer_of("y"));
  CHECK_FALSE(cache.find("/a", 2));
  // Begun before the change, ended after it.
  cache.keep("/a", 1, answer_of("old"));
  CHECK_FALSE(cache.find("/a", 2));
}

TEST_CASE("after a change the new response is cached") {
  AnswerCache cache;
  cache.keep("/a", 1, answer_of("old"));
  cache.keep("/a", 2, answer_of("new"));
  REQUIRE(cache.find("/a", 2));
  CHECK(cache.find("/a", 2)->body == "new");
}

TEST_CASE("the number of small responses is limited") {
  AnswerCache cache;
  for (size_t i = 0; i <= AnswerCache::kMostAnswers; ++i) cache.keep("/" + std::to_string(i), 1, answer_of("x"));
  CHECK_FALSE(cache.find("/0", 1));
  CHECK(cache.find("/1", 1));
}

TEST_CASE("neither problems nor streams nor very large responses are cached") {
  AnswerCache cache;
  HttpResponse refused = answer_of("no");
  refused.status = 409;
  cache.keep("/a", 1, refused);
  HttpResponse pieces;
  pieces.pieces = [](std::string&) { return Piece::last; };
  cache.keep("/b", 1, pieces);
  cache.keep("/c", 1, answer_of(std::string(AnswerCache::kMostBytesOfOne + 1, 'x')));
  for (const char* target : {"/a", "/b", "/c"}) CHECK_FALSE(cache.find(target, 1));
}

TEST_CASE("above the limit, the least recently used response is dropped") {
  AnswerCache cache;
  const std::string large(AnswerCache::kMostBytesOfOne, 'x');
  for (const char* target : {"/1", "/2", "/3", "/4"}) cache.keep(target, 1, answer_of(large));
  CHECK(cache.find("/1", 1));
  cache.keep("/5", 1, answer_of(large));
  CHECK(cache.find("/1", 1));
  CHECK_FALSE(cache.find("/2", 1));
  CHECK(cache.find("/5", 1));
}
