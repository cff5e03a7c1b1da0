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

template <auto member>
constexpr Field field(string_view key, Null null = Null::refused) {
  using Type = typename std::remove_reference_t<decltype(std::declval<ExperimentRequest>().*member)>::value_type;
  return {key, null,
          [](const JsonValue& value, const std::string& pointer, DecodedRequest& decoded) {
            decoded.request.*member = read_value(value, pointer, decoded, static_cast<Type*>(nullptr));
          },
          [](DecodedRequest& decoded) { decoded.request.*member = Type{}; }};
}

using R = ExperimentRequest;
constexpr Field kFields[] = {
    field<&R::name>("name"),
    field<&R::preset>("preset", Null::absent),
    field<&R::engines>("engines"),
    field<&R::find>("find"),
    field<&R::of>("of"),
    field<&R::metric>("metric"),
    {"field_sizes", Null::refused, decode_field_sizes, nullptr},
    field<&R::threads>("threads"),
    field<&R::duration_s>("duration_s"),
    field<&R::warmup_s>("warmup_s"),
    {"repetitions", Null::refused, decode_repetitions, nullptr},
    field<&R::order>("order"),
    field<&R::seed>("seed"),
    field<&R::pattern>("pattern"),
    field<&R::receive>("receive"),
    field<&R::messages_per_s>("messages_per_s", Null::absent),
    field<&R::tcp_nodelay>("tcp_nodelay"),
    field<&R::socket_buffer_bytes>("socket_buffer_bytes", Null::absent),
    field<&R::server_cpus>("server_cpus"),
    field<&R::client_cpus>("client_cpus"),
    field<&R::events>("events"),
    field<&R::profile>("profile"),
    field<&R::notes>("notes"),
    field<&R::tags>("tags"),
    field<&R::pinned>("pinned"),
};

// A merge patch (RFC 7396): null removes a value.
constexpr Field kPatchFields[] = {
    field<&R::name>("name"),
    field<&R::notes>("notes", Null::empty),
    field<&R::tags>("tags", Null::empty),
    field<&R::pinned>("pinned", Null::empty),
};

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
  return decode_fields(body, kFields, "is no field of an experiment");
}

tl::expected<AnnotationChange, Problem> decode_annotation_change(string_view body) {
  auto decoded = decode_fields(body, kPatchFields, "cannot be changed");
  if (!decoded) return refuse(std::move(decoded.error()));
  ExperimentRequest& request = decoded->request;
  AnnotationChange change{std::move(request.name), std::move(request.notes), std::move(request.tags), request.pinned};
  auto errors = joined_errors(*decoded, annotation_errors(change), {});
  if (errors.empty()) return change;
  return refuse(bad_request("invalid-fields", "fields of the request cannot be accepted: see errors", std::move(errors)));
}

std::vector<string_view> experiment_request_keys() { return keys_of(kFields); }

}  // namespace copybench
