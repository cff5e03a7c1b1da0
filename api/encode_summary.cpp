#include "api/encode_summary.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "api/encode_progress.h"
#include "api/encode_words.h"
#include "api/problem.h"
#include "core/model/figures.h"
#include "core/model/repeats.h"
#include "core/model/statistics.h"

namespace copybench {
namespace {

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

std::string summary_text(const ExperimentRecord& record, const std::vector<SummaryInput>& runs) {
  std::string text = "{" + members({{"experiment_id", record.id}, {"state", name_of(record.state)}}) + ",\"configurations\":[";
  const char* separator = "";
  const auto peaks = summarize_each(record.spec, runs, [&](const ConfigurationSummary& summary) {
    text += std::exchange(separator, ",") + dump(configuration_summary_json(summary, record));
  });
  Json rest;
  rest["engines"] = Json::array();
  for (const EnginePeak& peak : peaks) {
    Json one;
    one["engine"] = name_of(peak.engine);
    one["configuration"] = peak.configuration ? configuration_json(*peak.configuration) : Json(nullptr);
    one["throughput_gbps"] = spread_json(peak.throughput_gbps);
    rest["engines"].push_back(std::move(one));
  }
  rest["outlier_rule"] = kOutlierRule;
  rest["crossover"] = findings_json(record)["crossover"];
  rest["links"] = {{"experiment", experiment_path(record.id)}};
  return text + "]," + members(rest) + "}";
}

}  // namespace copybench
