#include "api/request/decode.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <initializer_list>
#include <span>
#include <type_traits>
#include <utility>

#include "api/request/decode_values.h"
#include "api/request/json_reader.h"
#include "api/request/validate_decoded.h"
#include "core/model/request_fields.h"
#include "core/model/text.h"

namespace copybench {
namespace {

using std::string_view;

std::string escaped_pointer(string_view key) {
  std::string pointer = "/";
  for (const char c : key) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
  return pointer;
}

// A member of an object that is a field's value. Members with other names are errors.
template <typename Object>
struct Member {
  string_view key;
  void (*decode)(const JsonValue&, const std::string&, DecodedRequest&, Object&);
};

template <auto member>
constexpr auto read_member = [](const JsonValue& value, const std::string& pointer, DecodedRequest& decoded, auto& object) {
  using Type = typename std::remove_reference_t<decltype(object.*member)>::value_type;
  object.*member = read_value(value, pointer, decoded, static_cast<Type*>(nullptr));
};

template <typename Object>
Object read_object(const JsonObject& json, const std::string& pointer, DecodedRequest& decoded,
                   std::initializer_list<Member<Object>> members) {
  Object object;
  for (const auto& [key, value] : json.members) {
    const auto* found =
        std::find_if(members.begin(), members.end(), [&name = key](const auto& member) { return member.key == name; });
    const std::string at = pointer + escaped_pointer(string_view(key).substr(0, 200));
    if (found != members.end()) {
      found->decode(value, at, decoded, object);
      continue;
    }
    std::vector<string_view> keys;
    for (const auto& member : members) keys.push_back(member.key);
    decoded.errors.push_back(
        {at, fmt::format("{} is no member of this field; allowed: {}", shown(key), fmt::join(keys, ", "))});
  }
  return object;
}

void decode_repetitions(const JsonValue& value, const std::string& pointer, DecodedRequest& decoded) {
  using Until = UntilCiRequest;
  if (const auto* object = std::get_if<JsonObject>(&value.value)) {
    decoded.request.until_ci = read_object<Until>(*object, pointer, decoded,
                                                  {{"until_ci_pct", read_member<&Until::until_ci_pct>},
                                                   {"min", read_member<&Until::min>},
                                                   {"max", read_member<&Until::max>}});
  } else if (std::holds_alternative<std::string>(value.value) || std::holds_alternative<JsonList>(value.value)) {
    refuse_value(decoded, pointer, value,
                 "a whole number, or an object like {\"until_ci_pct\": 2, \"min\": 5, \"max\": 30}");
  } else {
    decoded.request.repetitions = read_value(value, pointer, decoded, static_cast<int64_t*>(nullptr));
  }
}

void decode_field_sizes(const JsonValue& value, const std::string& pointer, DecodedRequest& decoded) {
  using Range = FieldSizeRange;
  if (const auto* object = std::get_if<JsonObject>(&value.value)) {
    decoded.request.field_size_range = read_object<Range>(
        *object, pointer, decoded, {{"from", read_member<&Range::from>}, {"to", read_member<&Range::to>}});
  } else {
    decoded.request.field_sizes = read_value(value, pointer, decoded, static_cast<std::vector<int64_t>*>(nullptr));
  }
}

// The meaning of null: a value of the wrong type, a field that is not given, or an empty value.
enum class Null { refused, absent, empty };

struct Field {
  string_view key;
  Null null;
  void (*decode)(const JsonValue&, const std::string&, DecodedRequest&);
  void (*clear)(DecodedRequest&);
};

template <typename Row>
constexpr Field decoding_of(const Row& row) {
  return {row.text.name, row.null_is_absent ? Null::absent : Null::refused,
          [](const JsonValue& value, const std::string& pointer, DecodedRequest& decoded) {
            decoded.request.*Row::in_request = read_value(value, pointer, decoded, static_cast<typename Row::Given*>(nullptr));
          },
          [](DecodedRequest& decoded) { decoded.request.*Row::in_request = typename Row::Given{}; }};
}

std::span<const Field> request_fields_by_key() {
  static const std::vector<Field> fields = [] {
    std::vector<Field> all;
    each_request_field([&](const auto& row) {
      all.push_back(decoding_of(row));
      if (row.text.name == "field_sizes") all.back().decode = decode_field_sizes;  // these two may be objects
      if (row.text.name == "repetitions") all.back().decode = decode_repetitions;
    });
    return all;
  }();
  return fields;
}

// The fields that may be changed later, by a merge patch (RFC 7396): null removes a value, but not the name.
std::span<const Field> patch_fields() {
  static const std::vector<Field> fields = [] {
    std::vector<Field> changeable;
    each_request_field([&](const auto& row) {
      if (row.goes_to != GoesTo::annotation) return;
      changeable.push_back(decoding_of(row));
      if (row.text.name != "name") changeable.back().null = Null::empty;
    });
    return changeable;
  }();
  return fields;
}

std::vector<string_view> keys_of(std::span<const Field> fields) {
  std::vector<string_view> keys;
  for (const Field& one : fields) keys.push_back(one.key);
  return keys;
}

// stranger: the error for a key that is not in `fields`.
tl::expected<DecodedRequest, Problem> decode_fields(string_view body, std::span<const Field> fields,
                                                    string_view stranger) {
  const auto document = read_json(body);
  if (!document) {
    return refuse(
        bad_request("broken-json", "the body is no valid JSON: " + document.error(), {{"", document.error()}}));
  }
  const auto* members = std::get_if<std::vector<JsonMember>>(&*document);
  if (!members) {
    const JsonValue& other = std::get<JsonValue>(*document);
    return refuse(bad_request("invalid-fields", "the body is no JSON object",
                              {{"", fmt::format("{} is given; allowed: an object", kind_of(other))}}));
  }
  DecodedRequest decoded;
  for (const auto& [key, value] : *members) {
    const Field* found = nullptr;
    for (const Field& candidate : fields) {
      if (candidate.key == key) found = &candidate;
    }
    const std::string pointer = escaped_pointer(string_view(key).substr(0, 200));
    if (!found) {
      decoded.errors.push_back(
          {pointer, fmt::format("{} {}; allowed: {}", shown(key), stranger, fmt::join(keys_of(fields), ", "))});
    } else if (found->null == Null::refused || !std::holds_alternative<JsonNull>(value.value)) {
      found->decode(value, pointer, decoded);
    } else if (found->null == Null::empty) {
      found->clear(decoded);
    }
  }
  return decoded;
}

}  // namespace

tl::expected<DecodedRequest, Problem> decode_experiment_request(string_view body) {
  return decode_fields(body, request_fields_by_key(), "is no field of an experiment");
}

tl::expected<AnnotationChange, Problem> decode_annotation_change(string_view body) {
  auto decoded = decode_fields(body, patch_fields(), "cannot be changed");
  if (!decoded) return refuse(std::move(decoded.error()));
  ExperimentRequest& request = decoded->request;
  AnnotationChange change{std::move(request.name), std::move(request.notes), std::move(request.tags), request.pinned};
  auto errors = joined_errors(*decoded, annotation_errors(change), {});
  if (errors.empty()) return change;
  return refuse(bad_request("invalid-fields", "fields of the request cannot be accepted: see errors", std::move(errors)));
}

std::vector<string_view> experiment_request_keys() { return keys_of(request_fields_by_key()); }

}  // namespace copybench
