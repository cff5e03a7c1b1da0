#include "api/response/summary_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "api/http/problem.h"
#include "api/response/json_parts.h"
#include "api/response/progress_json.h"
#include "core/analysis/repeats.h"
#include "core/model/figures.h"
#include "core/stats/statistics.h"

namespace copybench {
namespace {

constexpr size_t kConfigurationsAtOnce = 250;  // of up to about 4 KB each

Json repeats_json(const std::optional<Repeats>& repeats, const ExperimentRecord& record) {
  if (!repeats) return nullptr;
  return {{"state", settled_state(repeats->state, record)},
          {"runs", repeats->runs},
          {"interval_pct", number_or_null(repeats->interval_pct)},
          {"reason", repeats->state == RepeatState::given_up
                         ? Json(fmt::format("{} runs in a row failed: each says why", kFailuresToGiveUp))
                         : Json(nullptr)}};
}

Json interval_json(const std::optional<Interval>& interval) {
  if (!interval) return nullptr;
  return {{"low", number_or_null(interval->low)},
          {"high", number_or_null(interval->high)},
          {"coverage", interval->coverage},
          {"method", interval->method}};
}

Json spread_json(const std::optional<Spread>& spread) {
  if (!spread) return nullptr;
  Json json;
  json["n"] = spread->n;
  json["median"] = number_or_null(spread->median);
  json["ci95_median"] = interval_json(spread->ci95_median);
  json["mean"] = number_or_null(spread->mean);
  json["ci95_mean"] = interval_json(spread->ci95_mean);
  json["cv"] = number_or_null(spread->cv);
  json["min"] = number_or_null(spread->min);
  json["max"] = number_or_null(spread->max);
  json["outliers"] = spread->outliers;
  return json;
}

Json configuration_summary_json(const ConfigurationSummary& summary, const ExperimentRecord& record) {
  const auto columns = figure_columns();
  Json json;
  put_configuration(json, summary.configuration);
  json["runs_completed"] = summary.runs_completed;
  json["runs_failed"] = summary.runs_failed;
  json["repeats"] = repeats_json(summary.repeats, record);
  json["runs_flagged"] = summary.runs_flagged;
  Json figures = Json::object();
  for (size_t i = 0; i < columns.size() && i < summary.figures.size(); ++i) {
    figures[std::string(columns[i].name)] = spread_json(summary.figures[i]);
  }
  json["figures"] = std::move(figures);
  return json;
}

// The members of an object, without its braces.
std::string members(const Json& object) {
  std::string text = dump(object);
  return text.substr(1, text.size() - 2);
}

}  // namespace

SummaryPieces::SummaryPieces(ReaderPool& readers, ExperimentRecord record, std::span<const EndedRun> ended)
    : readers_(readers), record_(std::move(record)), order_(summary_order(record_.spec, ended)), summarizer_(record_.spec) {}

StoreResult<bool> SummaryPieces::next(std::string& out) {
  if (parts_ == 0) {
    out += "{" + members({{"experiment_id", record_.id}, {"state", name_of(record_.state)}}) + ",\"configurations\":[";
  }
  if (auto appended = append_configurations(out); !appended) return tl::unexpected(appended.error());
  if (parts_ < order_.parts.size()) return true;
  out += "]," + end() + "}\n";
  return false;
}

StoreResult<void> SummaryPieces::append_configurations(std::string& out) {
  const size_t end = std::min(parts_ + kConfigurationsAtOnce, order_.parts.size());
  size_t wanted = 0;
  for (size_t i = parts_; i < end; ++i) wanted += order_.parts[i].runs;
  const auto runs = readers_.lease()->summary_input_of(std::span(order_.runs).subspan(runs_, wanted));
  if (!runs) return tl::unexpected(runs.error());
  if (runs->size() < wanted) {
    return tl::unexpected(StoreError{StoreError::Kind::not_found,
                                     fmt::format("Experiment {} was deleted while its summary was made.", record_.id)});
  }
  auto next = runs->begin();
  for (; parts_ < end; ++parts_) {
    const SummaryOrder::Part& part = order_.parts[parts_];
    std::vector<const SummaryInput*> own;
    for (size_t i = 0; i < part.runs; ++i) own.push_back(&*next++);
    if (parts_ > 0) out += ",";
    out += dump(configuration_summary_json(summarizer_.add(part.configuration, own), record_));
  }
  runs_ += wanted;
  return {};
}

// The members after the configurations, without a brace.
std::string SummaryPieces::end() const {
  Json rest;
  rest["engines"] = Json::array();
  for (const EnginePeak& peak : summarizer_.peaks()) {
    Json one;
    one["engine"] = name_of(peak.engine);
    one["configuration"] = peak.configuration ? configuration_json(*peak.configuration) : Json(nullptr);
    one["throughput_gbps"] = spread_json(peak.throughput_gbps);
    rest["engines"].push_back(std::move(one));
  }
  rest["outlier_rule"] = kOutlierRule;
  rest["crossover"] = findings_json(record_)["crossover"];
  rest["links"] = {{"experiment", experiment_path(record_.id)}};
  return members(rest);
}

}  // namespace copybench
