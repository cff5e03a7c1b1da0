#include "core/model/spec.h"

#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <string_view>
#include <type_traits>
#include <utility>

#include "core/model/field_values.h"
#include "core/model/figures.h"
#include "core/model/json_shape.h"
#include "core/model/request_fields.h"

namespace copybench {
namespace {

// Thrown like nlohmann's own exceptions, and caught in spec_from_json.
struct BadSpec {
  std::string what;
};

template <typename Unsigned>
Unsigned unsigned_of(const Json& value, std::string_view key) {
  if (!value.is_number_integer() || (!value.is_number_unsigned() && value.get<int64_t>() < 0) ||
      value.get<uint64_t>() > std::numeric_limits<Unsigned>::max()) {
    throw BadSpec{std::string(key) + " is no whole number within its range"};
  }
  return value.get<Unsigned>();
}

Nanoseconds duration_of(const Json& value, std::string_view key) {
  constexpr double kMaxSeconds = 1e9;
  if (!value.is_number()) throw BadSpec{std::string(key) + " is no number"};
  const double seconds = value.get<double>();
  if (!(seconds >= 0 && seconds <= kMaxSeconds)) throw BadSpec{std::string(key) + " is out of range"};
  return from_seconds(seconds);
}

// The value of a member of the spec, by its type.
template <typename T>
T read_as(const Json& value, std::string_view key) {
  if constexpr (IsOptional<T>::value) {
    return value.is_null() ? T() : T(read_as<typename T::value_type>(value, key));
  } else if constexpr (IsVector<T>::value) {
    if (!value.is_array()) throw BadSpec{std::string(key) + " is no list"};
    T list;
    for (const Json& element : value) list.push_back(read_as<typename T::value_type>(element, key));
    return list;
  } else if constexpr (std::is_enum_v<T>) {
    const auto found = from_name<T>(value.get_ref<const std::string&>());
    if (!found) throw BadSpec{std::string(key) + " has an unknown name"};
    return *found;
  } else if constexpr (std::is_same_v<T, Nanoseconds>) {
    return duration_of(value, key);
  } else if constexpr (std::is_same_v<T, CpuChoice>) {
    if (value == "auto") return {CpuChoice::Kind::automatic, {}};
    if (value == "none") return {CpuChoice::Kind::unpinned, {}};
    CpuChoice choice{CpuChoice::Kind::listed, {}};
    for (const uint16_t cpu : read_as<std::vector<uint16_t>>(value, key)) choice.cpus.push_back(cpu);
    return choice;
  } else if constexpr (std::is_unsigned_v<T> && !std::is_same_v<T, bool>) {
    return unsigned_of<T>(value, key);
  } else {
    return value.get<T>();
  }
}

// A number, or {"until_ci_pct", "min", "max"}.
void read_repetitions(ExperimentSpec& spec, const Json& json) {
  if (!json.is_object()) {
    spec.repetitions = unsigned_of<uint32_t>(json, "repetitions");
    return;
  }
  spec.repetitions = unsigned_of<uint32_t>(json.at("min"), "repetitions/min");
  spec.until_ci = UntilCi{json.at("until_ci_pct").get<double>(), unsigned_of<uint32_t>(json.at("max"), "repetitions/max")};
}

Json repetitions_to_json(const ExperimentSpec& spec) {
  if (!spec.until_ci) return spec.repetitions;
  return {{"until_ci_pct", spec.until_ci->pct}, {"min", spec.repetitions}, {"max", spec.until_ci->max}};
}

// Calls visit(field, key) for each field that is a member of the spec.
template <typename Visit>
void each_spec_field(const Visit& visit) {
  each_request_field([&]<typename Field>(const Field& field) {
    if constexpr (Field::has_spec) visit(field, std::string(field.text.name));
  });
}

const std::set<std::string>& spec_keys() {
  static const std::set<std::string> keys = [] {
    std::set<std::string> all;
    each_spec_field([&](const auto&, const std::string& key) { all.insert(key); });
    return all;
  }();
  return keys;
}

ExperimentSpec read(const Json& json) {
  if (!json.is_object()) throw BadSpec{"it is no object"};
  ExperimentSpec spec;
  each_spec_field([&]<typename Field>(const Field& field, const std::string& key) {
    if (!json.contains(key)) {
      if (!field.later) throw BadSpec{"it lacks " + key};
    } else if (key == "repetitions") {
      read_repetitions(spec, json[key]);
    } else {
      auto& member = spec.*Field::in_spec;
      member = read_as<std::remove_reference_t<decltype(member)>>(json[key], key);
    }
  });
  for (const auto& [key, value] : json.items()) {
    if (!spec_keys().contains(key)) throw BadSpec{"this version does not know its key " + key};
  }
  return spec;
}

// A search has "find", "of", "metric" and a range of sizes where a sweep has "engines", a list of sizes and "repetitions".
Json search_form(Json json, const ExperimentSpec& spec) {
  json["find"] = name_of(Find::crossover);
  json["of"] = std::move(json["engines"]);
  json["metric"] = spec.crossover->metric;
  json["field_sizes"] = {{"from", spec.field_sizes.front()}, {"to", spec.field_sizes.back()}};
  json.erase("engines");
  json.erase("repetitions");
  return json;
}

ExperimentSpec read_search(Json json) {
  read_as<Find>(json.at("find"), "find");
  const CrossoverSearch search{json.at("metric").get<std::string>()};
  const FigureColumn* metric = find_figure(search.metric);
  if (metric == nullptr || metric->better == Better::neither) throw BadSpec{"metric has an unknown name"};
  const auto from = unsigned_of<uint64_t>(json.at("field_sizes").at("from"), "field_sizes/from");
  const auto to = unsigned_of<uint64_t>(json.at("field_sizes").at("to"), "field_sizes/to");
  if (from == 0 || from >= to) throw BadSpec{"field_sizes is no range"};
  json["engines"] = std::move(json.at("of"));
  json["field_sizes"] = crossover_grid(from, to);
  json["repetitions"] = 1;
  for (const char* key : {"find", "of", "metric"}) json.erase(key);
  ExperimentSpec spec = read(json);
  if (spec.engines.size() != 2 || spec.threads.size() != 1) throw BadSpec{"a search has two engines and one thread count"};
  spec.crossover = search;
  return spec;
}

// The shape of a member's JSON; none where reading it has a message of its own.
template <typename T>
std::optional<Shape> shape_of() {
  constexpr size_t kMost = size_t{1} << 20;
  if constexpr (IsOptional<T>::value) {
    auto shape = shape_of<typename T::value_type>();
    return shape ? std::optional(shape->or_null()) : std::nullopt;
  } else if constexpr (IsVector<T>::value) {
    auto shape = shape_of<typename T::value_type>();
    return shape ? std::optional(Shape::list(*shape, kMost)) : std::nullopt;
  } else if constexpr (std::is_same_v<T, bool>) {
    return Shape::flag();
  } else if constexpr (std::is_same_v<T, double>) {
    return Shape::number(0, 1e12);
  } else if constexpr (std::is_enum_v<T> || std::is_same_v<T, std::string>) {
    return Shape::text(kMost);
  } else {
    return std::nullopt;
  }
}

// The types of those values whose reading would otherwise fail with nlohmann's message.
const Shape& spec_types() {
  static const Shape shape = [] {
    std::vector<Shape::Member> members{{"find", shape_of<std::string>()->optional()},
                                       {"of", shape_of<std::vector<std::string>>()->optional()},
                                       {"metric", shape_of<std::string>()->optional()}};
    each_spec_field([&]<typename Field>(const Field&, const std::string& key) {
      using Member = std::remove_cvref_t<decltype(std::declval<ExperimentSpec>().*Field::in_spec)>;
      if (auto own = shape_of<Member>()) members.push_back({key, own->optional()});
    });
    return Shape::open_object(std::move(members));
  }();
  return shape;
}

}  // namespace

std::vector<uint64_t> crossover_grid(uint64_t from, uint64_t to) {
  constexpr double kGridStep = 4;
  const double octaves = std::log(static_cast<double>(to) / static_cast<double>(from));
  const auto steps = static_cast<int>(std::ceil(octaves / std::log(kGridStep) - 1e-9));
  std::set<uint64_t> sizes{from, to};
  for (int i = 1; i < steps; ++i) {
    const double exact = static_cast<double>(from) * std::exp(octaves * i / steps);
    const auto size = static_cast<uint64_t>(std::lround(exact / kSizeGranule)) * kSizeGranule;
    if (size > from && size < to) sizes.insert(size);
  }
  return {sizes.begin(), sizes.end()};
}

Json to_json(const ExperimentSpec& spec) {
  Json json;
  each_spec_field([&]<typename Field>(const Field&, const std::string& key) { json[key] = field_json(spec.*Field::in_spec); });
  json["repetitions"] = repetitions_to_json(spec);
  return spec.crossover ? search_form(std::move(json), spec) : json;
}

Result<ExperimentSpec> spec_from_json(const Json& json) {
  if (std::string problem = spec_types().problem(json, "spec"); !problem.empty()) return fail(std::move(problem));
  try {
    return json.contains("find") ? read_search(json) : read(json);
  } catch (const BadSpec& bad) {
    return fail("spec: " + bad.what);
  } catch (const Json::exception&) {
    return fail("spec: a value is missing or has another type than copybench writes");
  }
}

}  // namespace copybench
