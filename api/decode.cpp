#include "api/decode.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <iterator>
#include <span>
#include <type_traits>
#include <utility>

#include "api/json_reader.h"
#include "core/host/cpu_set.h"
#include "core/model/names.h"
#include "core/model/text.h"

namespace copybench {
namespace {

using std::string_view;
using Errors = std::vector<FieldError>;

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

std::string shown_value(const JsonValue& value) {
  if (const auto* text = std::get_if<std::string>(&value.value)) return shown(*text);
  if (const auto* flag = std::get_if<bool>(&value.value)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<double>(&value.value)) return fmt::format("{}", *number);
  return std::string(kind_of(value));
}

void wrong(DecodedRequest& decoded, const std::string& pointer, const JsonValue& value, string_view allowed) {
  decoded.errors.push_back({pointer, fmt::format("{} is given; allowed: {}", shown_value(value), allowed)});
}

// One function for each type that a field can have: the value, or an error and none.
std::optional<std::string> read(const JsonValue& value, const std::string& pointer, DecodedRequest& decoded,
                                std::string*) {
  const auto* text = std::get_if<std::string>(&value.value);
  if (!text) {
    wrong(decoded, pointer, value, "a string");
    return std::nullopt;
  }
  if (text->find('\0') != std::string::npos) {
    decoded.errors.push_back({pointer, "the string contains a NUL character (\\u0000); allowed: text without it"});
    return std::nullopt;
  }
  return *text;
}

std::optional<bool> read(const JsonValue& value, const std::string& pointer, DecodedRequest& decoded, bool*) {
  if (const auto* flag = std::get_if<bool>(&value.value)) return *flag;
  wrong(decoded, pointer, value, "true or false");
  return std::nullopt;
}

std::optional<double> read(const JsonValue& value, const std::string& pointer, DecodedRequest& decoded, double*) {
  if (const auto* number = std::get_if<double>(&value.value)) return *number;
  if (const auto* whole = std::get_if<int64_t>(&value.value)) return static_cast<double>(*whole);
  if (const auto* whole = std::get_if<uint64_t>(&value.value)) return static_cast<double>(*whole);
  wrong(decoded, pointer, value, "a number");
  return std::nullopt;
}

std::optional<int64_t> read(const JsonValue& value, const std::string& pointer, DecodedRequest& decoded, int64_t*) {
  if (const auto* whole = std::get_if<int64_t>(&value.value)) return *whole;
  if (const auto* whole = std::get_if<uint64_t>(&value.value)) {
    if (std::in_range<int64_t>(*whole)) return static_cast<int64_t>(*whole);
    decoded.errors.push_back({pointer, fmt::format("{} is out of any range; allowed: a whole number", *whole)});
    return std::nullopt;
  }
  // Beyond 2^53 a double no longer tells one whole number from the next.
  constexpr double kExact = 9007199254740992.0;
  if (const auto* number = std::get_if<double>(&value.value)) {
    if (std::trunc(*number) == *number && std::abs(*number) <= kExact) return static_cast<int64_t>(*number);
  }
  wrong(decoded, pointer, value, "a whole number");
  return std::nullopt;
}

// Of a CPU; which of them there are is judged with the plan.
std::optional<int> read(const JsonValue& value, const std::string& pointer, DecodedRequest& decoded, int*) {
  const auto number = read(value, pointer, decoded, static_cast<int64_t*>(nullptr));
  if (!number) return std::nullopt;
  if (std::in_range<int>(*number)) return static_cast<int>(*number);
  decoded.errors.push_back({pointer, fmt::format("there is no CPU {}", *number)});
  return std::nullopt;
}

template <typename E>
requires std::is_enum_v<E> std::optional<E> read(const JsonValue& value, const std::string& pointer,
                                                 DecodedRequest& decoded, E*) {
  if (const auto* text = std::get_if<std::string>(&value.value)) {
    if (const auto found = from_name<E>(*text)) return found;
  }
  wrong(decoded, pointer, value, fmt::format("{}", fmt::join(names<E>(), ", ")));
  return std::nullopt;
}

template <typename T>
std::optional<std::vector<T>> read(const JsonValue& value, const std::string& pointer, DecodedRequest& decoded,
                                   std::vector<T>*) {
  const auto* list = std::get_if<JsonList>(&value.value);
  if (!list) {
    wrong(decoded, pointer, value, "a list");
    return std::nullopt;
  }
  if (list->size > kMaxListItems) {
    decoded.errors.push_back(
        {pointer, fmt::format("the list has {} values; allowed: at most {}", list->size, kMaxListItems)});
    return std::nullopt;
  }
  std::vector<T> items;
  std::vector<size_t> positions;
  for (size_t i = 0; i < list->items.size(); ++i) {
    auto item = read(list->items[i], fmt::format("{}/{}", pointer, i), decoded, static_cast<T*>(nullptr));
    if (!item) continue;
    items.push_back(std::move(*item));
    positions.push_back(i);
  }
  if (positions.size() < list->items.size()) decoded.positions[pointer] = std::move(positions);
  return items;
}

// A list as text, up to the first CPU that it names twice: one that repeats itself must not grow without bounds.
Result<std::vector<int>> cpus_of(string_view text, std::optional<int>& repeated) {
  std::set<int> seen;
  for (size_t begin = 0; begin <= text.size() && !repeated;) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const auto part = parse_cpu_list(text.substr(begin, end - begin));
    if (!part) return tl::unexpected(part.error());
    for (const int cpu : *part) {
      if (!seen.insert(cpu).second && !repeated) repeated = cpu;
    }
    begin = end + 1;
  }
  return std::vector<int>(seen.begin(), seen.end());
}

std::optional<CpuChoice> read(const JsonValue& value, const std::string& pointer, DecodedRequest& decoded, CpuChoice*) {
  constexpr string_view kAllowed = "\"auto\", \"none\", a list of CPU numbers, or one as text like \"0-3,8\"";
  if (const auto* text = std::get_if<std::string>(&value.value)) {
    if (*text == "auto") return CpuChoice{CpuChoice::Kind::automatic, {}};
    if (*text == "none") return CpuChoice{CpuChoice::Kind::unpinned, {}};
    std::optional<int> repeated;
    auto cpus = cpus_of(*text, repeated);
    if (!cpus) {
      decoded.errors.push_back({pointer, fmt::format("{}; allowed: {}", cpus.error().message, kAllowed)});
      return std::nullopt;
    }
    if (repeated) {
      decoded.errors.push_back(
          {pointer, fmt::format("CPU {} occurs twice in the list; give each one once", *repeated)});
    }
    decoded.texts.insert(pointer);
    return CpuChoice{CpuChoice::Kind::listed, std::move(*cpus)};
  }
  if (!std::holds_alternative<JsonList>(value.value)) {
    wrong(decoded, pointer, value, kAllowed);
    return std::nullopt;
  }
  auto cpus = read(value, pointer, decoded, static_cast<std::vector<int>*>(nullptr));
  if (!cpus) return std::nullopt;
  return CpuChoice{CpuChoice::Kind::listed, std::move(*cpus)};
}

// The members of an object that is a field's value: each by its name, others are errors.
template <typename Object>
struct Member {
  string_view key;
  void (*decode)(const JsonValue&, const std::string&, DecodedRequest&, Object&);
};

template <auto member>
constexpr auto read_member = [](const JsonValue& value, const std::string& pointer, DecodedRequest& decoded, auto& object) {
  using Type = typename std::remove_reference_t<decltype(object.*member)>::value_type;
  object.*member = read(value, pointer, decoded, static_cast<Type*>(nullptr));
};

template <typename Object>
Object read_object(const JsonObject& json, const std::string& pointer, DecodedRequest& decoded,
                   std::initializer_list<Member<Object>> members) {
  Object object;
  for (const auto& [key, value] : json.members) {
    const auto* found = std::find_if(members.begin(), members.end(), [&name = key](const auto& member) { return member.key == name; });
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
    wrong(decoded, pointer, value, "a whole number, or an object like {\"until_ci_pct\": 2, \"min\": 5, \"max\": 30}");
  } else {
    decoded.request.repetitions = read(value, pointer, decoded, static_cast<int64_t*>(nullptr));
  }
}

void decode_field_sizes(const JsonValue& value, const std::string& pointer, DecodedRequest& decoded) {
  using Range = FieldSizeRange;
  if (const auto* object = std::get_if<JsonObject>(&value.value)) {
    decoded.request.field_size_range = read_object<Range>(
        *object, pointer, decoded, {{"from", read_member<&Range::from>}, {"to", read_member<&Range::to>}});
  } else {
    decoded.request.field_sizes = read(value, pointer, decoded, static_cast<std::vector<int64_t>*>(nullptr));
  }
}

// What null stands for: a value of the wrong type, a field that is not given, or an empty value.
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
            decoded.request.*member = read(value, pointer, decoded, static_cast<Type*>(nullptr));
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

// As a merge patch (RFC 7396), in which null removes.
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

// "/threads" of "/threads/3": the field that an error is about.
string_view field_of(string_view pointer) { return pointer.substr(0, pointer.find('/', 1)); }

// Only then can the number of its runs be told.
bool sweep_is_whole(const DecodedRequest& decoded) {
  return std::none_of(decoded.positions.begin(), decoded.positions.end(), [](const auto& list) {
    return list.first == "/engines" || list.first == "/field_sizes" || list.first == "/threads";
  });
}

std::string absent_cpus(const std::vector<int>& cpus, const std::vector<int>& allowed) {
  std::vector<int> absent;
  std::copy_if(cpus.begin(), cpus.end(), std::back_inserter(absent),
               [&](int cpu) { return !std::binary_search(allowed.begin(), allowed.end(), cpu); });
  return fmt::format("there is no CPU {} for this process; allowed: {}, or \"auto\" or \"none\"",
                     format_cpu_list(absent), format_cpu_list(allowed));
}

// stranger: what is said of a key that is none of the fields'.
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

bool undecoded(const DecodedRequest& decoded, string_view field) {
  return std::any_of(decoded.errors.begin(), decoded.errors.end(),
                     [&](const FieldError& error) { return field_of(error.pointer) == field; });
}

// The errors of decoding and those of judging what could be decoded, each where the request as sent has it.
Errors joined_errors(const DecodedRequest& decoded, Errors judged, const std::vector<int>& allowed_cpus) {
  Errors errors = decoded.errors;
  std::set<string_view> told;
  for (FieldError& error : judged) {
    const string_view field = field_of(error.pointer);
    if (const auto text = decoded.texts.find(std::string(field)); text != decoded.texts.end()) {
      const auto& choice = field == "/server_cpus" ? decoded.request.server_cpus : decoded.request.client_cpus;
      if (told.insert(*text).second) errors.push_back({*text, absent_cpus(choice->cpus, allowed_cpus)});
    } else if (const auto list = decoded.positions.find(std::string(field)); list != decoded.positions.end()) {
      // What is said of the list as a whole would be said of what is left of it.
      if (field == error.pointer) continue;
      const size_t index = std::stoul(error.pointer.substr(field.size() + 1));
      errors.push_back({fmt::format("{}/{}", field, list->second[index]), std::move(error.detail)});
    } else if (error.pointer.empty() ? sweep_is_whole(decoded) : !undecoded(decoded, field)) {
      errors.push_back(std::move(error));
    }
  }
  return errors;
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
  Errors errors = joined_errors(*decoded, annotation_errors(change), {});
  if (errors.empty()) return change;
  return refuse(bad_request("invalid-fields", "fields of the request cannot be accepted: see errors", std::move(errors)));
}

tl::expected<Plan, std::vector<FieldError>> plan_decoded(const DecodedRequest& decoded, const PlanContext& context) {
  ExperimentRequest request = decoded.request;
  // Nothing is missing for want of a preset that was only misspelt.
  if (undecoded(decoded, "/preset")) request.preset = preset_names().front();
  // Nor is a misspelt search judged as a sweep.
  if (undecoded(decoded, "/find")) request.find = Find::crossover;
  auto plan = make_plan(request, context);
  if (plan && decoded.errors.empty()) return plan;
  return tl::unexpected(joined_errors(decoded, plan ? Errors{} : std::move(plan.error()), context.allowed_cpus));
}

std::vector<string_view> experiment_request_keys() { return keys_of(kFields); }

std::string canonical_text(const ExperimentRequest& request) {
  Json json = Json::object();
  const auto put = [&](const char* key, const auto& value) {
    if (value) json[key] = *value;
  };
  const auto put_name = [&](const char* key, const auto& value) {
    if (value) json[key] = name_of(*value);
  };
  const auto put_cpus = [&](const char* key, const std::optional<CpuChoice>& choice) {
    if (!choice) return;
    if (choice->kind == CpuChoice::Kind::listed) {
      json[key] = choice->cpus;
    } else {
      json[key] = choice->kind == CpuChoice::Kind::automatic ? "auto" : "none";
    }
  };
  put("name", request.name);
  put("preset", request.preset);
  if (request.engines) {
    json["engines"] = Json::array();
    for (const EngineMode engine : *request.engines) json["engines"].push_back(name_of(engine));
  }
  put_name("find", request.find);
  if (request.of) {
    json["of"] = Json::array();
    for (const EngineMode engine : *request.of) json["of"].push_back(name_of(engine));
  }
  put("metric", request.metric);
  put("field_sizes", request.field_sizes);
  if (request.field_size_range) {
    Json& range = json["field_sizes"] = Json::object();
    if (request.field_size_range->from) range["from"] = *request.field_size_range->from;
    if (request.field_size_range->to) range["to"] = *request.field_size_range->to;
  }
  put("threads", request.threads);
  put("duration_s", request.duration_s);
  put("warmup_s", request.warmup_s);
  put("repetitions", request.repetitions);
  if (request.until_ci) {
    Json& until = json["repetitions"] = Json::object();
    if (request.until_ci->until_ci_pct) until["until_ci_pct"] = *request.until_ci->until_ci_pct;
    if (request.until_ci->min) until["min"] = *request.until_ci->min;
    if (request.until_ci->max) until["max"] = *request.until_ci->max;
  }
  put_name("order", request.order);
  put("seed", request.seed);
  put_name("pattern", request.pattern);
  put_name("receive", request.receive);
  put("messages_per_s", request.messages_per_s);
  put("tcp_nodelay", request.tcp_nodelay);
  put("socket_buffer_bytes", request.socket_buffer_bytes);
  put_cpus("server_cpus", request.server_cpus);
  put_cpus("client_cpus", request.client_cpus);
  put("events", request.events);
  put("profile", request.profile);
  put("notes", request.notes);
  put("tags", request.tags);
  put("pinned", request.pinned);
  return dump(json);
}

}  // namespace copybench
