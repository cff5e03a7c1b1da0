#include "core/model/json_shape.h"

#include <doctest/doctest.h>

#include <array>
#include <string_view>

#include "core/base/json_text.h"

using namespace copybench;

TEST_CASE("a shape names the first value that does not match, and what is allowed") {
  static constexpr std::array<std::string_view, 2> kWords{"red", "blue"};
  const Shape shape = Shape::object({{"count", Shape::whole(0, 10)},
                                     {"share", Shape::number(0, 1).or_null()},
                                     {"word", Shape::word(kWords).optional()},
                                     {"list", Shape::list(Shape::text(3), 2)}});
  const Json good{{"count", 3}, {"share", nullptr}, {"list", {"a", "abc"}}};
  CHECK(shape.problem(good, "it") == "");
  const auto said = [&](const char* key, const Json& value) {
    Json changed = good;
    changed[key] = value;
    return shape.problem(changed, "it");
  };
  CHECK(said("count", -1) == "it/count is -1; allowed: a whole number from 0 to 10");
  CHECK(said("count", UINT64_MAX) == "it/count is 18446744073709551615; allowed: a whole number from 0 to 10");
  CHECK(said("count", 1.5) == "it/count is 1.5; allowed: a whole number from 0 to 10");
  CHECK(said("share", 2) == "it/share is 2; allowed: a number from 0 to 1, or null");
  CHECK(said("word", "green") == "it/word is \"green\"; allowed: red, blue");
  CHECK(said("list", {"a", "abcd"}) == "it/list/1 is \"abcd\"; allowed: a string of at most 3 bytes");
  CHECK(said("list", {"a", "b", "c"}) == "it/list is a list of 3; allowed: a list of at most 2");
  CHECK(said("other", 1) == "it has a key that is not known here: \"other\"");
  Json lacking = good;
  lacking.erase("count");
  CHECK(shape.problem(lacking, "it") == "it/count is missing");
  for (const Json& value : {Json(), Json(5), Json("x"), Json::array()}) CHECK_FALSE(shape.problem(value, "it").empty());
}

TEST_CASE("members of later versions are plain") {
  const Shape shape = Shape::open_object({});
  CHECK(shape.problem({{"new", {{"a", {1, 2.5, "x", nullptr}}}}}, "it") == "");
  CHECK_FALSE(shape.problem({{"new", UINT64_MAX}}, "it").empty());
  Json deep = 1;
  for (int i = 0; i < 100; ++i) deep = Json::array({deep});
  CHECK_FALSE(shape.problem({{"new", deep}}, "it").empty());
  CHECK_FALSE(shape.problem({{"new", std::vector<int>(200'000)}}, "it").empty());
}

TEST_CASE("text is parsed within its limits") {
  CHECK(parse_json("{\"a\": [1]}"));
  CHECK_FALSE(parse_json("{"));
  CHECK_FALSE(parse_json(""));
  CHECK_FALSE(parse_json("1e999"));
  CHECK_FALSE(parse_json("[1, 2, 3]", 5));
  const size_t most = JsonLimits::kMaxDepth;
  CHECK(parse_json(std::string(most, '[') + std::string(most, ']')));
  CHECK_FALSE(parse_json(std::string(most + 1, '[') + std::string(most + 1, ']')));
  CHECK(parse_json("\"" + std::string(1000, '[') + "\""));
}
