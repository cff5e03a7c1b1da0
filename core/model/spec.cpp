#include "core/model/spec.h"

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <string_view>

#include "core/model/json_shape.h"

namespace copybench {
namespace {

constexpr std::array<std::string_view, 17> kKeys{
    "name",        "preset",      "engines", "field_sizes", "threads", "duration_s",  "warmup_s",
    "repetitions", "order",       "seed",    "pattern",     "receive", "tcp_nodelay", "socket_buffer_bytes",
    "server_cpus", "client_cpus", "events"};
// Added after the first version: specs that were stored before lack them, and have their defaults.
constexpr std::array<std::string_view, 2> kLaterKeys{"profile", "messages_per_s"};

// Thrown like nlohmann's own exceptions, and caught in spec_from_json.
struct BadSpec {
  std::string what;
};

bool contains(std::span<const std::string_view> keys, std::string_view key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

Json cpus_to_json(const CpuChoice& choice) {
  switch (choice.kind) {
    case CpuChoice::Kind::automatic: return "auto";
    case CpuChoice::Kind::unpinned: return "none";
    case CpuChoice::Kind::listed: return choice.cpus;
  }
  return nullptr;
}

template <typename Unsigned>
Unsigned unsigned_of(const Json& value, std::string_view key) {
  if (!value.is_number_integer() || (!value.is_number_unsigned() && value.get<int64_t>() < 0) ||
      value.get<uint64_t>() > std::numeric_limits<Unsigned>::max()) {
    throw BadSpec{std::string(key) + " is no whole number within its range"};
  }
  return value.get<Unsigned>();
}

template <typename Unsigned>
std::vector<Unsigned> unsigneds_of(const Json& value, std::string_view key) {
  if (!value.is_array()) throw BadSpec{std::string(key) + " is no list"};
  std::vector<Unsigned> numbers;
  for (const Json& element : value) numbers.push_back(unsigned_of<Unsigned>(element, key));
  return numbers;
}

template <typename E>
E name_from(const Json& value, std::string_view key) {
  const auto found = from_name<E>(value.get_ref<const std::string&>());
  if (!found) throw BadSpec{std::string(key) + " has an unknown name"};
  return *found;
}

Nanoseconds duration_of(const Json& value, std::string_view key) {
  constexpr double kMaxSeconds = 1e9;
  if (!value.is_number()) throw BadSpec{std::string(key) + " is no number"};
  const double seconds = value.get<double>();
  if (!(seconds >= 0 && seconds <= kMaxSeconds)) throw BadSpec{std::string(key) + " is out of range"};
  return from_seconds(seconds);
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

CpuChoice cpus_from(const Json& value, std::string_view key) {
  if (value == "auto") return {CpuChoice::Kind::automatic, {}};
  if (value == "none") return {CpuChoice::Kind::unpinned, {}};
  CpuChoice choice{CpuChoice::Kind::listed, {}};
  for (const uint16_t cpu : unsigneds_of<uint16_t>(value, key)) choice.cpus.push_back(cpu);
  return choice;
}

ExperimentSpec read(const Json& json) {
  if (!json.is_object()) throw BadSpec{"it is no object"};
  for (const std::string_view key : kKeys) {
    if (!json.contains(key)) throw BadSpec{"it lacks " + std::string(key)};
  }
  for (const auto& [key, value] : json.items()) {
    if (!contains(kKeys, key) && !contains(kLaterKeys, key)) {
      throw BadSpec{"this version does not know its key " + key};
    }
  }

  ExperimentSpec spec;
  spec.name = json["name"].get<std::string>();
  if (!json["preset"].is_null()) spec.preset = json["preset"].get<std::string>();
  if (!json["engines"].is_array()) throw BadSpec{"engines is no list"};
  for (const Json& engine : json["engines"]) spec.engines.push_back(name_from<EngineMode>(engine, "engines"));
  spec.field_sizes = unsigneds_of<uint64_t>(json["field_sizes"], "field_sizes");
  spec.threads = unsigneds_of<uint32_t>(json["threads"], "threads");
  spec.duration = duration_of(json["duration_s"], "duration_s");
  spec.warmup = duration_of(json["warmup_s"], "warmup_s");
  read_repetitions(spec, json["repetitions"]);
  spec.order = name_from<Order>(json["order"], "order");
  spec.seed = unsigned_of<uint64_t>(json["seed"], "seed");
  spec.pattern = name_from<Pattern>(json["pattern"], "pattern");
  spec.receive = name_from<Receive>(json["receive"], "receive");
  const Json rate = json.value("messages_per_s", Json());
  if (!rate.is_null()) spec.messages_per_s = rate.get<double>();
  spec.tcp_nodelay = json["tcp_nodelay"].get<bool>();
  const Json& buffer = json["socket_buffer_bytes"];
  if (!buffer.is_null()) spec.socket_buffer_bytes = unsigned_of<uint64_t>(buffer, "socket_buffer_bytes");
  spec.server_cpus = cpus_from(json["server_cpus"], "server_cpus");
  spec.client_cpus = cpus_from(json["client_cpus"], "client_cpus");
  spec.events = json["events"].get<std::vector<std::string>>();
  if (json.contains("profile")) spec.profile = json["profile"].get<bool>();
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
  name_from<Find>(json.at("find"), "find");
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

// The types of those values whose reading would otherwise fail with nlohmann's message.
const Shape& spec_types() {
  constexpr size_t kMost = size_t{1} << 20;
  static const Shape text = Shape::text(kMost);
  static const Shape shape = Shape::open_object({{"name", text.optional()},
                                                 {"preset", text.or_null().optional()},
                                                 {"engines", Shape::list(text, kMost).optional()},
                                                 {"of", Shape::list(text, kMost).optional()},
                                                 {"find", text.optional()},
                                                 {"metric", text.optional()},
                                                 {"order", text.optional()},
                                                 {"pattern", text.optional()},
                                                 {"receive", text.optional()},
                                                 {"messages_per_s", Shape::number(0, 1e12).or_null().optional()},
                                                 {"tcp_nodelay", Shape::flag().optional()},
                                                 {"events", Shape::list(text, kMost).optional()},
                                                 {"profile", Shape::flag().optional()}});
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
  Json engines = Json::array();
  for (const EngineMode engine : spec.engines) engines.push_back(name_of(engine));
  Json json;
  json["name"] = spec.name;
  json["preset"] = or_null(spec.preset);
  json["engines"] = std::move(engines);
  json["field_sizes"] = spec.field_sizes;
  json["threads"] = spec.threads;
  json["duration_s"] = to_seconds(spec.duration);
  json["warmup_s"] = to_seconds(spec.warmup);
  json["repetitions"] = repetitions_to_json(spec);
  json["order"] = name_of(spec.order);
  json["seed"] = spec.seed;
  json["pattern"] = name_of(spec.pattern);
  json["receive"] = name_of(spec.receive);
  json["messages_per_s"] = or_null(spec.messages_per_s);
  json["tcp_nodelay"] = spec.tcp_nodelay;
  json["socket_buffer_bytes"] = or_null(spec.socket_buffer_bytes);
  json["server_cpus"] = cpus_to_json(spec.server_cpus);
  json["client_cpus"] = cpus_to_json(spec.client_cpus);
  json["events"] = spec.events;
  json["profile"] = spec.profile;
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
