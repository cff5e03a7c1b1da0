#include "api/encode_summary.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "api/encode_progress.h"
#include "api/encode_words.h"
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

}  // namespace

Json summary_json(const ExperimentRecord& record, const ExperimentSummary& summary) {
  const auto columns = figure_columns();
  Json configurations = Json::array();
  for (const ConfigurationSummary& configuration : summary.configurations) {
    Json one;
    put_configuration(one, configuration.configuration);
    one["runs_completed"] = configuration.runs_completed;
    one["runs_failed"] = configuration.runs_failed;
    one["repeats"] = repeats_json(configuration.repeats, record);
    one["runs_flagged"] = configuration.runs_flagged;
    Json figures = Json::object();
    for (size_t i = 0; i < columns.size() && i < configuration.figures.size(); ++i) {
      figures[std::string(columns[i].name)] = spread_json(configuration.figures[i]);
    }
    one["figures"] = std::move(figures);
    configurations.push_back(std::move(one));
  }
  Json engines = Json::array();
  for (const EnginePeak& peak : summary.engines) {
    Json one;
    one["engine"] = name_of(peak.engine);
    one["configuration"] = peak.configuration ? configuration_json(*peak.configuration) : Json(nullptr);
    one["throughput_gbps"] = spread_json(peak.throughput_gbps);
    engines.push_back(std::move(one));
  }
  Json json;
  json["experiment_id"] = record.id;
  json["state"] = name_of(record.state);
  json["configurations"] = std::move(configurations);
  json["engines"] = std::move(engines);
  json["outlier_rule"] = kOutlierRule;
  json["crossover"] = findings_json(record)["crossover"];
  json["links"] = {{"experiment", experiment_path(record.id)}};
  return json;
}

}  // namespace copybench
