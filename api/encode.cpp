#include "api/encode.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <variant>

#include "api/missing.h"
#include "api/problem.h"
#include "api/zerocopy_label.h"
#include "core/base/time.h"
#include "core/model/adaptive.h"
#include "core/model/crossover_answer.h"

namespace copybench {
namespace {

Json number_or_null(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

Json time_or_null(const std::optional<UtcTime>& time) { return time ? Json(to_rfc3339(*time)) : Json(nullptr); }

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

void put_configuration(Json& json, const Configuration& configuration) {
  json["engine"] = name_of(configuration.engine);
  json["field_bytes"] = configuration.field_bytes;
  json["message_bytes"] = configuration.message_bytes();
  json["threads"] = configuration.threads;
}

void put_figures(Json& json, const RunFigures& figures) {
  for (const FigureColumn& column : figure_columns()) {
    std::visit(
        [&](auto member) {
          const auto& value = figures.*member;
          if constexpr (std::is_same_v<std::remove_cvref_t<decltype(value)>, std::optional<double>>) {
            json[std::string(column.name)] = number_or_null(value);
          } else {
            json[std::string(column.name)] = or_null(value);
          }
        },
        column.member);
  }
}

// counters: of the run's evidence. missing: why figures and counters are.
Json common_run_json(const RunRow& run, const Json& counters, Json missing) {
  Json json;
  json["experiment_id"] = run.experiment_id;
  json["run_id"] = run.id;
  put_configuration(json, run.planned.configuration);
  json["repetition"] = run.planned.repetition;
  json["state"] = name_of(run.state);
  put_figures(json, run.figures);
  json["kind"] = name_of(run.planned.kind);
  json["zerocopy"] = or_null(zerocopy_label(run.planned.configuration.engine, run.figures));
  json["flags"] = to_json(run.flags);
  json["counters"] = other_counters(counters);
  json["missing"] = std::move(missing);
  json["started_at"] = time_or_null(run.started_at);
  json["finished_at"] = time_or_null(run.finished_at);
  json["reason"] = or_null(run.reason);
  json["links"] = {{"self", run_path(run.id)},
                   {"perf", run_path(run.id) + "/perf"},
                   {"experiment", experiment_path(run.experiment_id)}};
  return json;
}

// Whatever a search or a repetition was about to do, it will not once its experiment has ended.
std::string_view settled(RepeatState state, const ExperimentRecord& record) {
  return name_of(state == RepeatState::running && is_final(record.state) ? RepeatState::cancelled : state);
}

int64_t runs_at_most(const ExperimentRecord& record) {
  return is_final(record.state) ? record.runs.total : std::max(record.runs.at_most, record.runs.total);
}

// "repeats": how far the repetitions until an interval are; "crossover": what the search found by now. Null where the
// experiment has none.
Json findings_json(const ExperimentRecord& record) {
  Json findings = Json::parse(record.findings_json, nullptr, false);
  if (!findings.is_object()) findings = Json::object();
  Json json{{"repeats", nullptr}, {"crossover", nullptr}};
  if (const auto repeats = findings.find("repeats"); repeats != findings.end()) {
    const auto state = from_name<RepeatState>((*repeats)["state"].get<std::string>());
    if (state) (*repeats)["state"] = settled(*state, record);
    json["repeats"] = std::move(*repeats);
  }
  if (const auto search = findings.find("crossover"); search != findings.end()) {
    if (is_final(record.state) && (*search)["state"] == name_of(CrossoverState::searching)) {
      (*search)["state"] = name_of(CrossoverState::cancelled);
      (*search)["answer"] = kCancelledSearch;
    }
    json["crossover"] = std::move(*search);
  }
  return json;
}

Json repeats_json(const std::optional<Repeats>& repeats, const ExperimentRecord& record) {
  if (!repeats) return nullptr;
  return {{"state", settled(repeats->state, record)},
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

Json recording_json(const RecordedCircumstances& recorded) {
  Json json;
  json["gathered_at"] = to_rfc3339(recorded.gathered_at);
  json["from_run_id"] = recorded.from_run;
  return json;
}

Json differences_json(const RecordedCircumstances& base, const RecordedCircumstances& head) {
  Json json = Json::array();
  for (const CircumstanceDifference& difference : diff(base.facts, head.facts)) json.push_back(to_json(difference));
  return json;
}

Json origin_json(const Origin& origin) {
  Json json;
  json["host"] = origin.host;
  json["machine_id"] = or_null(origin.machine_id);
  json["copybench"] = origin.copybench;
  json["experiment_id"] = origin.experiment_id;
  json["exported_at"] = to_rfc3339(origin.exported_at);
  json["imported_at"] = time_or_null(origin.imported_at);
  return json;
}

}  // namespace

std::string experiment_path(ExperimentId id) { return fmt::format("/experiments/{}", id); }
std::string run_path(RunId id) { return fmt::format("/runs/{}", id); }

Json configuration_json(const Configuration& configuration) {
  Json json;
  put_configuration(json, configuration);
  return json;
}

Json progress_json(const ExperimentRecord& record, const QueueView& queue) {
  Json json;
  json["runs_done"] = record.runs.done();
  json["runs_completed"] = record.runs.completed;
  json["runs_failed"] = record.runs.failed;
  json["runs_cancelled"] = record.runs.cancelled;
  json["runs_total"] = record.runs.total;
  json["runs_at_most"] = runs_at_most(record);
  const auto place = queue.places.find(record.id);
  const bool waits = place != queue.places.end() && !is_final(record.state);
  const auto eta = [&](Nanoseconds until_end) {
    return waits ? Json(std::round(to_seconds(until_end) * 10) / 10) : Json(nullptr);
  };
  json["eta_s"] = eta(waits ? place->second.until_end : Nanoseconds{});
  json["eta_max_s"] = eta(waits ? place->second.until_end_max : Nanoseconds{});
  json["queue_position"] = waits ? Json(place->second.position) : Json(nullptr);
  json["paused_reason"] = waits ? or_null(queue.paused_reason) : Json(nullptr);
  json["current"] = nullptr;
  if (queue.running && queue.running->experiment_id == record.id) {
    Json current;
    current["run_id"] = queue.running->id;
    put_configuration(current, queue.running->planned.configuration);
    current["repetition"] = queue.running->planned.repetition;
    current["kind"] = name_of(queue.running->planned.kind);
    current["started_at"] = time_or_null(queue.running->started_at);
    json["current"] = std::move(current);
  }
  json.update(findings_json(record));
  return json;
}

Json progress_event_json(const ExperimentRecord& record, const QueueView& queue) {
  Json json;
  json["experiment_id"] = record.id;
  json["state"] = name_of(record.state);
  json.update(progress_json(record, queue));
  return json;
}

Json experiment_json(const ExperimentRecord& record, const QueueView& queue) {
  const std::string self = experiment_path(record.id);
  Json json;
  json["id"] = record.id;
  json["name"] = record.spec.name;
  json["state"] = name_of(record.state);
  json["created_at"] = to_rfc3339(record.created_at);
  json["started_at"] = time_or_null(record.started_at);
  json["finished_at"] = time_or_null(record.finished_at);
  json["reason"] = or_null(record.reason);
  json["notes"] = record.annotations.notes;
  json["tags"] = record.annotations.tags;
  json["pinned"] = record.annotations.pinned;
  json["origin"] = record.origin ? origin_json(*record.origin) : Json(nullptr);
  json["runs_total"] = record.runs.total;
  json["runs_at_most"] = runs_at_most(record);
  json["estimated_duration_s"] = to_seconds(estimated_duration(record.spec, record.runs.total));
  json["estimated_duration_max_s"] = to_seconds(estimated_duration(record.spec, runs_at_most(record)));
  json["progress"] = progress_json(record, queue);
  json["spec"] = to_json(record.spec);
  json["links"] = {{"self", self},
                   {"runs", self + "/runs"},
                   {"csv", self + "/results.csv"},
                   {"summary", self + "/summary"},
                   {"events", self + "/events"},
                   {"export", self + "/export.ndjson"},
                   {"circumstances", self + "/circumstances"},
                   {"page", fmt::format("/#/experiments/{}", record.id)}};
  return json;
}

Json circumstances_json(const std::vector<RecordedCircumstances>& recorded) {
  if (recorded.empty()) return nullptr;
  Json json = recording_json(recorded.front());
  json["facts"] = to_json(recorded.front().facts);
  json["changes"] = Json::array();
  for (size_t i = 1; i < recorded.size(); ++i) {
    Json change = recording_json(recorded[i]);
    change["differences"] = differences_json(recorded[i - 1], recorded[i]);
    json["changes"].push_back(std::move(change));
  }
  return json;
}

Json calibrations_json(ExperimentId id, const std::vector<CalibrationRecord>& taken) {
  Json items = Json::array();
  for (const CalibrationRecord& one : taken) {
    Json item;
    item["at"] = to_rfc3339(one.at);
    item["run_id"] = one.run_id;
    item["place"] = one.before ? "before" : "after";
    item.update(to_json(one.values));
    item["unusual"] = or_null(one.unusual);
    items.push_back(std::move(item));
  }
  Json json;
  json["experiment_id"] = id;
  json["items"] = std::move(items);
  return json;
}

Json circumstances_diff_json(ExperimentId base, const std::vector<RecordedCircumstances>& of_base, ExperimentId head,
                             const std::vector<RecordedCircumstances>& of_head) {
  Json json;
  json["base"] = {{"experiment_id", base}, {"changes", of_base.size() - 1}};
  json["head"] = {{"experiment_id", head}, {"changes", of_head.size() - 1}};
  json["differences"] = differences_json(of_base.back(), of_head.back());
  return json;
}

Json run_json(const RunRow& run) {
  const Json counters = Json::parse(run.counters_json, nullptr, false);
  // Of a run that did not complete, its state and reason say it once for all: a list of thousands need not say it 26 times each.
  return common_run_json(run, counters,
                         run.state == RunState::completed ? missing_reasons(run, counters) : Json::object());
}

Json run_json(const RunRecord& run) {
  Json evidence = Json::parse(run.evidence_json, nullptr, false);
  if (!evidence.is_object()) evidence = Json::object();
  const Json counters = evidence.value("counters", Json::array());
  Json json = common_run_json(run, counters, missing_reasons(run, counters));
  json["evidence"] = std::move(evidence);
  return json;
}

Json plan_json(const Plan& plan, const std::vector<FieldError>& warnings) {
  Json runs = Json::array();
  for (const PlannedRun& run : plan.runs) {
    Json one;
    put_configuration(one, run.configuration);
    one["repetition"] = run.repetition;
    one["kind"] = name_of(run.kind);
    runs.push_back(std::move(one));
  }
  const auto total = static_cast<int64_t>(plan.runs.size());
  Json json;
  json["dry_run"] = true;
  json["name"] = plan.spec.name;
  const int64_t at_most = is_adaptive(plan.spec) ? advise(plan.spec, {}).runs_at_most : total;
  json["runs_total"] = total;
  json["runs_at_most"] = at_most;
  json["estimated_duration_s"] = to_seconds(estimated_duration(plan.spec, total));
  json["estimated_duration_max_s"] = to_seconds(estimated_duration(plan.spec, at_most));
  json["spec"] = to_json(plan.spec);
  json["runs"] = std::move(runs);
  json["warnings"] = errors_json(warnings);
  return json;
}

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
    one["configuration"] = nullptr;
    if (peak.configuration) {
      Json configuration;
      put_configuration(configuration, *peak.configuration);
      one["configuration"] = std::move(configuration);
    }
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

Json profile_json(const ProfileRow& row) {
  Json json;
  json["run_id"] = row.run_id;
  put_configuration(json, row.configuration);
  json.update(row.profile.report);
  json["links"] = {{"run", run_path(row.run_id)},
                   {"stacks", run_path(row.run_id) + "/stacks.folded"},
                   {"flamegraph", run_path(row.run_id) + "/flamegraph.svg"}};
  return json;
}

Json page_json(Json items, const std::optional<int64_t>& next) {
  Json json;
  json["items"] = std::move(items);
  json["next"] = next ? Json(std::to_string(*next)) : Json(nullptr);
  return json;
}

}  // namespace copybench
