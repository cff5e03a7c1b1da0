// Compares the lists and ranges of openapi.yaml with the program's tables.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "api/endpoints/openapi.h"
#include "api/request/query.h"
#include "api/response/missing_values.h"
#include "api/response/zerocopy_label.h"
#include "core/analysis/comparison.h"
#include "core/analysis/copy_cost.h"
#include "core/analysis/copy_share.h"
#include "core/analysis/experiment_comparison.h"
#include "core/model/annotations.h"
#include "core/model/calibration.h"
#include "core/model/circumstances.h"
#include "core/model/figures.h"
#include "core/model/names.h"
#include "core/model/plan.h"
#include "core/model/run_flag.h"
#include "core/stats/statistics.h"

using namespace copybench;

namespace {

Json at(const std::string& pointer) {
  static const Json document = openapi_document();
  const Json::json_pointer place("/components/schemas/" + pointer);
  REQUIRE_MESSAGE(document.contains(place), pointer);
  return document.at(place);
}

template <typename E>
Json listed() {
  Json list = Json::array();
  for (const std::string_view name : names<E>()) list.push_back(name);
  return list;
}

Json with_null(Json list) {
  list.push_back(nullptr);
  return list;
}

Json zerocopy_labels() {
  Json list = Json::array();
  for (const std::string_view label : kZerocopyLabels) list.push_back(label);
  return with_null(list);
}

Json presets() {
  Json list = preset_names();
  return with_null(list);
}

// Collects the values that each `metric` parameter of the document allows.
void collect_metrics(const Json& node, std::set<std::string>& found) {
  if (node.is_object() && node.value("name", Json()) == "metric" && node.contains("schema")) {
    found.insert(node["schema"]["enum"].dump());
  }
  if (node.is_structured()) {
    for (const Json& child : node) collect_metrics(child, found);
  }
}

}  // namespace

TEST_CASE("every list of names equals its table") {
  const std::pair<const char*, Json> lists[] = {
      {"EngineMode", listed<EngineMode>()},
      {"ExperimentRequest/properties/preset", presets()},
      {"ExperimentRequest/properties/find", listed<Find>()},
      {"ExperimentRequest/properties/order", listed<Order>()},
      {"ExperimentRequest/properties/pattern", listed<Pattern>()},
      {"ExperimentRequest/properties/receive", listed<Receive>()},
      {"Spec/properties/find", listed<Find>()},
      {"Spec/properties/order", listed<Order>()},
      {"Spec/properties/pattern", listed<Pattern>()},
      {"Spec/properties/receive", listed<Receive>()},
      {"Progress/properties/current/anyOf/0/properties/kind", listed<RunKind>()},
      {"Plan/properties/runs/items/properties/kind", listed<RunKind>()},
      {"Crossover/properties/state", listed<CrossoverState>()},
      {"Crossover/properties/path/items/properties/verdict", listed<SizeVerdict>()},
      {"Repeats/properties/state", listed<RepeatState>()},
      {"ConfigurationRepeats/properties/state", listed<RepeatState>()},
      {"Experiment/properties/state", listed<ExperimentState>()},
      {"ExperimentDetail/properties/state", listed<ExperimentState>()},
      {"Summary/properties/state", listed<ExperimentState>()},
      {"ProfileDetail/properties/rules/items/properties/copy", listed<CopyKind>()},
      {"Profiles/properties/rules/items/properties/copy", listed<CopyKind>()},
      {"Flags/items/properties/kind", listed<FlagKind>()},
      {"Run/properties/state", listed<RunState>()},
      {"RunDetail/properties/state", listed<RunState>()},
      {"Profiles/properties/words/items/properties/findings/items/properties/code", listed<CopyCode>()},
      {"Profiles/properties/words/items/properties/findings/items/properties/copies/items/properties/copy", listed<CopyKind>()},
      {"MissingCodes/additionalProperties/properties/code", listed<MissingCode>()},
      {"Run/properties/kind", listed<RunKind>()},
      {"RunDetail/properties/kind", listed<RunKind>()},
      {"Run/properties/zerocopy", zerocopy_labels()},
      {"RunDetail/properties/zerocopy", zerocopy_labels()},
      {"CircumstanceDifference/properties/class", listed<CircumstanceClass>()},
      {"Circumstances/properties/facts/items/properties/class", listed<CircumstanceClass>()},
      {"Comparison/properties/configurations/items/properties/verdict", listed<Verdict>()},
      {"Comparisons/properties/cells/items/properties/pairs/items/properties/verdict", listed<Verdict>()},
      {"Comparisons/properties/cells/items/properties/verdict", listed<CellVerdict>()},
  };
  for (const auto& row : lists) {
    CAPTURE(row.first);
    CHECK(at(row.first)["enum"] == row.second);
  }
}

TEST_CASE("every range equals the limit that validates a request") {
  const std::string list = "ExperimentRequest/properties/";
  struct Range {
    std::string place;
    Json minimum, maximum;
  };
  const Json sizes_from = Limits::kMinFieldBytes, sizes_to = Limits::kMaxFieldBytes;
  const Range ranges[] = {
      {"field_sizes/anyOf/0/items", sizes_from, sizes_to},
      {"field_sizes/anyOf/1/properties/from", sizes_from, sizes_to},
      {"field_sizes/anyOf/1/properties/to", sizes_from, sizes_to},
      {"threads/items", 1, Limits::kMaxThreads},
      {"duration_s", Limits::kMinDurationS, Limits::kMaxDurationS},
      {"warmup_s", 0, Limits::kMaxWarmupS},
      {"repetitions/anyOf/0", 1, Limits::kMaxRepetitions},
      {"repetitions/anyOf/1/properties/until_ci_pct", Limits::kMinCiPct, Limits::kMaxCiPct},
      {"repetitions/anyOf/1/properties/min", 1, Limits::kMaxRepetitions},
      {"repetitions/anyOf/1/properties/max", static_cast<int64_t>(kMedianIntervalNeeds), Limits::kMaxRepetitions},
      {"seed", 0, Limits::kMaxSeed},
      {"messages_per_s", Limits::kMinMessagesPerS, Limits::kMaxMessagesPerS},
      {"socket_buffer_bytes", Limits::kMinSocketBufferBytes, Limits::kMaxSocketBufferBytes},
  };
  for (const Range& range : ranges) {
    CAPTURE(range.place);
    CHECK(at(list + range.place)["minimum"] == range.minimum);
    CHECK(at(list + range.place)["maximum"] == range.maximum);
  }
  CHECK(at(list + "events")["maxItems"] == Limits::kMaxEvents);
  CHECK(at(list + "name")["maxLength"] == AnnotationLimits::kMaxNameBytes);
  CHECK(at(list + "notes")["maxLength"] == AnnotationLimits::kMaxNotesBytes);
  CHECK(at(list + "tags")["maxItems"] == AnnotationLimits::kMaxTags);
  CHECK(at(list + "tags/items")["maxLength"] == AnnotationLimits::kMaxTagBytes);
}

TEST_CASE("runs and summaries have every figure, with its meaning") {
  for (const FigureColumn& column : figure_columns()) {
    const std::string name(column.name);
    const bool real = std::holds_alternative<std::optional<double> RunFigures::*>(column.member);
    const Json type{real ? "number" : "integer", "null"};
    for (const char* schema : {"Run", "RunDetail"}) {
      const Json described = at(fmt::format("{}/properties/{}", schema, name));
      CHECK_MESSAGE(described["type"] == type, name);
      CHECK_MESSAGE(described["description"] == column.meaning, name);
    }
  }
  for (const CalibrationColumn& column : calibration_columns()) {
    CHECK(at(fmt::format("Calibrations/properties/items/items/properties/{}", column.name))["description"] == column.meaning);
  }
}

TEST_CASE("every comparison accepts the figures that can be compared") {
  Json figures = Json::array();
  for (const FigureColumn* figure : compared_figures()) figures.push_back(figure->name);
  std::set<std::string> found;
  collect_metrics(openapi_document(), found);
  CHECK(found == std::set<std::string>{figures.dump()});
  Json searched = Json::array();
  for (const FigureColumn& column : figure_columns()) {
    if (column.better != Better::neither) searched.push_back(column.name);
  }
  CHECK(at("ExperimentRequest/properties/metric")["enum"] == searched);
}
