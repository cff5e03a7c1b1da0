// Bytes -> JSON values, with the strictness that untrusted requests need: no duplicate keys, no NUL, no deep nesting, bounded
// memory. A request is an object of scalars, and of lists and objects of scalars; deeper values are checked, but only their kind
// is kept. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <variant>
#include <vector>

namespace copybench {

struct JsonNull {};

struct JsonValue;
struct JsonMember;
struct JsonObject {
  std::vector<JsonMember> members;  // the first kMaxNestedMembers
};
struct JsonList {
  std::vector<JsonValue> items;  // the first kMaxListItems
  size_t size = 0;               // number of items as sent
};

struct JsonValue {
  // An integer beyond both 64-bit ranges becomes the nearest double.
  std::variant<JsonNull, bool, int64_t, uint64_t, double, std::string, JsonList, JsonObject> value;
};

constexpr size_t kMaxListItems = 20'000;
constexpr size_t kMaxNestedMembers = 20;
constexpr size_t kMaxJsonDepth = 16;

struct JsonMember {
  std::string key;
  JsonValue value;
};

// The document: the members of an object in the order sent, or a value of another kind.
using JsonDocument = std::variant<std::vector<JsonMember>, JsonValue>;

// An error has the position: "line 1, column 14 (byte 13): ...".
tl::expected<JsonDocument, std::string> read_json(std::string_view text);

// "a string", "a number", "null": for messages.
std::string_view kind_of(const JsonValue& value);

}  // namespace copybench
