#include "core/model/circumstances.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>

#include "core/model/stored_shapes.h"

namespace copybench {
namespace {

constexpr std::array<std::string_view, 5> kClasses{"host", "kernel", "settings", "binary", "harmless"};
constexpr char kNotGathered[] = "not gathered by that version of copybench";

const Circumstance* find(const Circumstances& facts, std::string_view name) {
  const auto found = std::find_if(facts.begin(), facts.end(), [&](const Circumstance& fact) { return fact.name == name; });
  return found == facts.end() ? nullptr : &*found;
}

bool same_machine(const Circumstances& base, const Circumstances& head) {
  const Circumstance* a = find(base, kMachineId);
  const Circumstance* b = find(head, kMachineId);
  return a && b && !a->value.is_null() && a->value == b->value;
}

std::string text_or_empty(const Json& json) { return json.is_null() ? std::string() : json.get<std::string>(); }

// The facts by name; the first of several with the same name.
std::unordered_map<std::string_view, const Circumstance*> by_name(const Circumstances& facts) {
  std::unordered_map<std::string_view, const Circumstance*> named;
  for (const Circumstance& fact : facts) named.try_emplace(fact.name, &fact);
  return named;
}

Shape facts() {
  return Shape::list(Shape::object({{"name", Shape::text(200)},
                                    {"class", Shape::word(names<CircumstanceClass>())},
                                    {"value", Shape::plain()},
                                    {"unit", Shape::text(100).or_null()},
                                    {"reason", Shape::text(StoredLimits::kMaxFactBytes).or_null()}}),
                     StoredLimits::kMaxFacts);
}

}  // namespace

const Shape& facts_shape() {
  static const Shape shape = facts();
  return shape;
}

template <>
std::span<const std::string_view> names<CircumstanceClass>() { return kClasses; }

Json to_json(const Circumstances& facts) {
  Json list = Json::array();
  for (const Circumstance& fact : facts) {
    list.push_back({{"name", fact.name},
                    {"class", name_of(fact.kind)},
                    {"value", fact.value},
                    {"unit", text_or_null(fact.unit)},
                    {"reason", text_or_null(fact.reason)}});
  }
  return list;
}

Result<Circumstances> circumstances_from_json(const Json& json) {
  if (std::string problem = facts_shape().problem(json, "facts"); !problem.empty()) {
    return fail("The stored circumstances cannot be read: " + problem + ".");
  }
  Circumstances facts;
  for (const Json& one : json) {
    facts.push_back({one.at("name").get<std::string>(), *from_name<CircumstanceClass>(one.at("class").get_ref<const std::string&>()),
                     one.at("value"), text_or_empty(one.at("unit")), text_or_empty(one.at("reason"))});
  }
  return facts;
}

std::vector<CircumstanceDifference> diff(const Circumstances& base, const Circumstances& head) {
  const bool host_name_matters = !same_machine(base, head);
  const auto in_base = by_name(base), in_head = by_name(head);
  std::vector<CircumstanceDifference> differences;
  for (const Circumstance& fact : base) {
    const auto found = in_head.find(fact.name);
    const Circumstance* other = found == in_head.end() ? nullptr : found->second;
    if (!other) {
      differences.push_back({fact.name, fact.kind, fact.unit, fact.value, {}, fact.reason, kNotGathered, false});
    } else if (other->value != fact.value) {
      const bool matters =
          fact.kind != CircumstanceClass::harmless && (host_name_matters || fact.name != kHostName);
      differences.push_back(
          {fact.name, fact.kind, fact.unit, fact.value, other->value, fact.reason, other->reason, matters});
    }
  }
  for (const Circumstance& fact : head) {
    if (in_base.contains(fact.name)) continue;
    differences.push_back({fact.name, fact.kind, fact.unit, {}, fact.value, kNotGathered, fact.reason, false});
  }
  return differences;
}

std::string machine_key(const Circumstances& facts) {
  const auto text = [&](std::string_view name) {
    const Circumstance* fact = find(facts, name);
    return fact && fact->value.is_string() ? fact->value.get<std::string>() : std::string();
  };
  const std::string id = text(kMachineId);
  return (id.empty() ? text(kHostName) : id) + " " + text(kKernelRelease);
}

Json to_json(const CircumstanceDifference& difference) {
  return {{"name", difference.name},
          {"class", name_of(difference.kind)},
          {"unit", text_or_null(difference.unit)},
          {"base", difference.base},
          {"head", difference.head},
          {"base_reason", text_or_null(difference.base_reason)},
          {"head_reason", text_or_null(difference.head_reason)},
          {"matters", difference.matters}};
}

}  // namespace copybench
