#include "api/request/json_reader.h"

#include <doctest/doctest.h>

using namespace copybench;

namespace {

std::vector<JsonMember> members(std::string_view text) {
  auto read = read_json(text);
  REQUIRE_MESSAGE(read, (read ? "" : read.error()));
  auto* object = std::get_if<std::vector<JsonMember>>(&*read);
  REQUIRE(object);
  return std::move(*object);
}

std::string error(std::string_view text) {
  const auto read = read_json(text);
  REQUIRE_FALSE(read);
  return read.error();
}

}  // namespace

TEST_CASE("an error does not repeat a number of any length") {
  CHECK(error("{\"a\": " + std::string(100'000, '1') + "}").size() < 500);
}

TEST_CASE("members are kept in order with their kinds") {
  const auto object =
      members(R"({"a": 1, "b": -2, "c": 1.5, "d": "x", "e": true, "f": null, "g": [1, "y"], "h": {"i": 1}})");
  REQUIRE(object.size() == 8);
  CHECK(object[0].key == "a");
  CHECK(std::get<uint64_t>(object[0].value.value) == 1);
  CHECK(std::get<int64_t>(object[1].value.value) == -2);
  CHECK(std::get<double>(object[2].value.value) == 1.5);
  CHECK(std::get<std::string>(object[3].value.value) == "x");
  CHECK(std::get<bool>(object[4].value.value));
  CHECK(std::holds_alternative<JsonNull>(object[5].value.value));
  const auto& list = std::get<JsonList>(object[6].value.value);
  REQUIRE(list.items.size() == 2);
  CHECK(std::get<std::string>(list.items[1].value) == "y");
  const auto& nested = std::get<JsonObject>(object[7].value.value).members;
  REQUIRE(nested.size() == 1);
  CHECK(nested[0].key == "i");
  CHECK(std::get<uint64_t>(nested[0].value.value) == 1);
}

TEST_CASE("an object in an object keeps its first members, however many it has") {
  std::string body = R"({"a": {"list": [1, 2], "deep": {"x": {"y": 1}})";
  for (int i = 0; i < 1000; ++i) body += ", \"" + std::to_string(i) + "\": " + std::to_string(i);
  const auto object = members(body + R"(}, "b": 2})");
  REQUIRE(object.size() == 2);
  const auto& nested = std::get<JsonObject>(object[0].value.value).members;
  REQUIRE(nested.size() == kMaxNestedMembers);
  CHECK(kind_of(nested[0].value) == "a list");
  CHECK(std::get<JsonObject>(nested[1].value.value).members.empty());
  CHECK(std::get<uint64_t>(nested[2].value.value) == 0);
  CHECK(std::get<uint64_t>(object[1].value.value) == 2);
}

TEST_CASE("deep values are checked, but only their kind is kept") {
  const auto object = members(R"({"a": [[1, [2]], {"b": [3]}, 4], "c": {"d": [5, {"e": 6}]}, "f": 7})");
  REQUIRE(object.size() == 3);
  const auto& list = std::get<JsonList>(object[0].value.value);
  REQUIRE(list.items.size() == 3);
  CHECK(kind_of(list.items[0]) == "a list");
  CHECK(kind_of(list.items[1]) == "an object");
  CHECK(std::get<uint64_t>(list.items[2].value) == 4);
  CHECK(kind_of(object[1].value) == "an object");
  CHECK(std::get<uint64_t>(object[2].value.value) == 7);
}

TEST_CASE("a document may be something other than an object") {
  for (const auto& row : {std::pair{"[{\"a\":1},2]", "a list"},
                          {"\"x\"", "a string"},
                          {"7", "a whole number"},
                          {"null", "null"},
                          {"true", "true or false"}}) {
    const auto [text, kind] = row;
    CAPTURE(row.first);
    const auto read = read_json(text);
    REQUIRE(read);
    CHECK(kind_of(std::get<JsonValue>(*read)) == kind);
  }
}

TEST_CASE("numbers beyond 64 bits become the nearest double") {
  CHECK(std::get<double>(members(R"({"a": 18446744073709551616})")[0].value.value) == 18446744073709551616.0);
  CHECK(std::get<uint64_t>(members(R"({"a": 18446744073709551615})")[0].value.value) == UINT64_MAX);
}

TEST_CASE("an error reports its position") {
  CHECK(error("{\"a\":1,\n  \"b\":}").starts_with("line 2, column 7 (byte 14): "));
  CHECK(error("{").starts_with("line 1, column 2 (byte 1): "));
  CHECK(error("{\"a\":1} x").starts_with("line 1, column 9 (byte 8): "));
}

TEST_CASE("invalid JSON is rejected") {
  for (const char* text : {"", " \n", "{'a':1}", "{\"a\":1,}", "{\"a\":NaN}", "{\"a\":+1}", "{\"a\":01}",
                           "{\"a\":1e999}", "nonsense", "{\"a\":\"\\ud800\"}", "{\"a\":\"\xff\"}",
                           "{\"a\":\"\xc0\xaf\"}", "{\"a\":1}{\"b\":2}", "{\"a\":\"\n\"}", "[1,2", "{\"a\" 1}"}) {
    CAPTURE(text);
    CHECK_FALSE(error(text).empty());
  }
}

TEST_CASE("a NUL byte does not end the text early") {
  using namespace std::string_view_literals;
  CHECK(error("{\"a\":1}\0 nonsense"sv) == "line 1, column 8 (byte 7): a NUL byte");
  CHECK(error("\0"sv).find("NUL") != std::string::npos);
}

TEST_CASE("a duplicate key is rejected at any depth") {
  CHECK(error(R"({"a":1,"b":2,"a":1})").find("\"a\" occurs twice") != std::string::npos);
  CHECK(error(R"({"x":[{"a":1,"a":2}]})").find("\"a\" occurs twice") != std::string::npos);
  CHECK(members(R"({"a":{"b":1},"c":{"b":1}})").size() == 2);
}

TEST_CASE("nesting is limited") {
  CHECK(error(std::string(100'000, '[')).find("deep") != std::string::npos);
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  CHECK(error(objects).find("deep") != std::string::npos);
  const std::string fits = "{\"a\":" + std::string(kMaxJsonDepth - 1, '[') + std::string(kMaxJsonDepth - 1, ']') + "}";
  CHECK(members(fits).size() == 1);
}

TEST_CASE("long lists are counted, not kept") {
  std::string text = "{\"a\":[0";
  for (size_t i = 1; i < kMaxListItems + 500; ++i) text += ",0";
  const auto object = members(text + "]}");
  const auto& list = std::get<JsonList>(object[0].value.value);
  CHECK(list.size == kMaxListItems + 500);
  CHECK(list.items.size() == kMaxListItems);
}
