#include "core/model/run_flag.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/model/stored_shapes.h"

namespace copybench {
namespace {

constexpr std::array<std::string_view, 13> kKinds{
    "warm_up", "drift", "step",  "steal",    "neighbours", "frequency",   "thermal",
    "rate",    "edges", "sampling", "api",   "calibration", "rejected_clients"};

}  // namespace

template <>
std::span<const std::string_view> names<FlagKind>() { return kKinds; }

const Shape& flags_shape() {
  static const Shape detail = Shape::text(StoredLimits::kMaxTextBytes);
  static const Shape shape = Shape::list(Shape::object({{"kind", Shape::word(names<FlagKind>())}, {"detail", detail}}), 100);
  return shape;
}

Json to_json(const std::vector<RunFlag>& flags) {
  Json list = Json::array();
  for (const RunFlag& flag : flags) list.push_back({{"kind", name_of(flag.kind)}, {"detail", flag.detail}});
  return list;
}

Result<std::vector<RunFlag>> flags_from_json(const Json& json) {
  if (std::string problem = flags_shape().problem(json, "flags"); !problem.empty()) {
    return fail("The stored flags cannot be read: " + problem + ".");
  }
  std::vector<RunFlag> flags;
  for (const Json& one : json) {
    flags.push_back({*from_name<FlagKind>(one.at("kind").get_ref<const std::string&>()), one.at("detail").get<std::string>()});
  }
  return flags;
}

std::string kinds_of(const std::vector<RunFlag>& flags) {
  std::string joined;
  for (size_t i = 0; i < flags.size(); ++i) {
    const auto same = [&](const RunFlag& earlier) { return earlier.kind == flags[i].kind; };
    if (std::any_of(flags.begin(), flags.begin() + static_cast<std::ptrdiff_t>(i), same)) continue;
    if (!joined.empty()) joined += ';';
    joined += name_of(flags[i].kind);
  }
  return joined;
}

}  // namespace copybench
