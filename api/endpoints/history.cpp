#include <fmt/format.h>

#include <utility>

#include "api/endpoints/api.h"
#include "api/request/query.h"
#include "api/response/csv.h"
#include "api/response/json_parts.h"
#include "core/analysis/history.h"
#include "core/host/circumstances.h"

namespace copybench {
namespace {

constexpr size_t kHistoryExperiments = 300;  // the newest ones
constexpr size_t kHistoryValues = 200'000;

struct HistoryQuestion {
  Configuration configuration;
  const FigureColumn* figure = nullptr;
  ImportedPoints imported{};
};

HistoryQuestion history_question(const NamedValues& query) {
  const std::string* metric = find_parameter(query, "metric");
  return {{*from_name<EngineMode>(*find_parameter(query, "engine")),
           static_cast<uint64_t>(*decode_id_parameter(query, "field_bytes")),
           static_cast<uint32_t>(*decode_id_parameter(query, "threads"))},
          find_figure(metric != nullptr ? *metric : "throughput_gbps"),
          decode_flag(query, "imported") ? ImportedPoints::marked : ImportedPoints::left_out};
}

tl::expected<History, Problem> read_history(Reader& reader, const HistoryQuestion& question) {
  auto measured = reader.history(question.configuration, *question.figure, kHistoryExperiments, kHistoryValues);
  if (!measured) return refuse(problem_of(measured.error()));
  std::vector<HistoryExperiment> experiments;
  for (HistoryValues& own : *measured) {
    const ExperimentId id = own.experiment_id;
    auto record = reader.experiment(id);
    // It was deleted in the meantime.
    if (!record && record.error().kind == StoreError::Kind::not_found) continue;
    if (!record) return refuse(problem_of(record.error()));
    auto circumstances = reader.circumstances(id);
    const bool damaged = record->damage || (!circumstances && circumstances.error().kind == StoreError::Kind::damaged);
    if (damaged) continue;  // answers about the experiment itself report it
    if (!circumstances) return refuse(problem_of(circumstances.error()));
    experiments.push_back({id, std::move(record->spec), record->started_at,
                           circumstances->empty() ? Circumstances{} : std::move(circumstances->back().facts),
                           std::move(own.values), own.flagged, record->origin.has_value()});
  }
  const auto here = hashed_machine_id();
  return history_of(experiments, here ? std::optional(*here) : std::nullopt, question.imported);
}

Json change_json(const HistorySeries& series, const LevelChange& change) {
  Json json;
  json["experiment_id"] = series.points[change.index].experiment;
  json["previous_experiment_id"] = series.points[change.index - 1].experiment;
  json["before"] = change.before;
  json["after"] = change.after;
  json["ratio"] = change.before > 0 ? Json(change.after / change.before) : Json(nullptr);
  json["p"] = change.p;
  json["differences"] = Json::array();
  for (const CircumstanceDifference& difference : change.differences) json["differences"].push_back(to_json(difference));
  return json;
}

Json series_json(const HistorySeries& series) {
  Json json;
  json["settings"] = series.settings;
  json["points"] = Json::array();
  for (const HistoryPoint& point : series.points) {
    json["points"].push_back({{"experiment_id", point.experiment},
                              {"name", point.name},
                              {"started_at", time_or_null(point.started_at)},
                              {"n", point.n},
                              {"median", point.median},
                              {"min", point.min},
                              {"max", point.max},
                              {"runs_flagged", point.flagged},
                              {"imported", point.imported}});
  }
  json["change_points"] = Json::array();
  for (const LevelChange& change : series.changes) json["change_points"].push_back(change_json(series, change));
  return json;
}

// One line per point; the p of a change is on the line of the point with which the new level begins.
std::string history_csv(const History& history) {
  std::string out = "series,experiment_id,name,started_at,n,median,min,max,change_point_p,runs_flagged,imported\r\n";
  for (size_t i = 0; i < history.series.size(); ++i) {
    const HistorySeries& series = history.series[i];
    auto change = series.changes.begin();
    for (size_t k = 0; k < series.points.size(); ++k) {
      const HistoryPoint& point = series.points[k];
      out += fmt::format("{},{},", i + 1, point.experiment);
      append_csv_text(out, point.name);
      out += fmt::format(",{},{},{},{},{},", point.started_at ? to_rfc3339(*point.started_at) : "", point.n, point.median,
                         point.min, point.max);
      if (change != series.changes.end() && change->index == k) out += fmt::format("{}", change++->p);
      out += fmt::format(",{},{}\r\n", point.flagged, point.imported ? 1 : 0);
    }
  }
  return out;
}

}  // namespace

Reply Api::get_history(const Call& call) {
  const HistoryQuestion question = history_question(call.request.query);
  auto history = read_history(*context_.readers.lease(), question);
  if (!history) return refuse(std::move(history.error()));
  Json json = configuration_json(question.configuration);
  json["metric"] = question.figure->name;
  json["better"] = question.figure->better == Better::higher ? "higher" : "lower";
  json["method"] = fmt::format("E-divisive with means (Matteson and James, 2014), {} permutations, at {}", kPermutations,
                               kChangeSignificance);
  json["other_hosts"] = history->other_hosts;
  json["imported_left_out"] = history->imported;
  json["series"] = Json::array();
  for (const HistorySeries& series : history->series) json["series"].push_back(series_json(series));
  return json_response(200, json);
}

Reply Api::get_history_csv(const Call& call) {
  const HistoryQuestion question = history_question(call.request.query);
  auto history = read_history(*context_.readers.lease(), question);
  if (!history) return refuse(std::move(history.error()));
  HttpResponse response;
  response.content_type = "text/csv; charset=utf-8; header=present";
  response.headers = {{"Content-Disposition", "attachment; filename=\"copybench-history.csv\""},
                      {"Cache-Control", "no-store"}};
  response.body = history_csv(*history);
  return response;
}

}  // namespace copybench
