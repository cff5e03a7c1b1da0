#include "api/response/progress_json.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "api/response/crossover_answer.h"
#include "api/response/json_parts.h"
#include "core/base/json_text.h"
#include "core/base/time.h"
#include "core/model/stored_shapes.h"

namespace copybench {

// A search or repetition that still runs when its experiment ends counts as cancelled.
std::string_view settled_state(RepeatState state, const ExperimentRecord& record) {
  return name_of(state == RepeatState::running && is_final(record.state) ? RepeatState::cancelled : state);
}

int64_t runs_at_most(const ExperimentRecord& record) {
  return is_final(record.state) ? record.runs.total : std::max(record.runs.at_most, record.runs.total);
}

Json findings_json(const ExperimentRecord& record) {
  Json findings = parse_json(record.findings_json).value_or(Json::object());
  if (!findings_shape().problem(findings, "").empty()) findings = Json::object();
  Json json{{"repeats", nullptr}, {"crossover", nullptr}};
  if (const auto repeats = findings.find("repeats"); repeats != findings.end()) {
    const auto state = from_name<RepeatState>((*repeats)["state"].get<std::string>());
    if (state) (*repeats)["state"] = settled_state(*state, record);
    json["repeats"] = std::move(*repeats);
  }
  if (const auto search = findings.find("crossover"); search != findings.end()) {
    if (is_final(record.state) && (*search)["state"] == name_of(CrossoverState::searching)) {
      (*search)["state"] = name_of(CrossoverState::cancelled);
    }
    if (!search->contains("without_figure")) (*search)["without_figure"] = nullptr;
    (*search)["answer"] = crossover_answer(*search);
    json["crossover"] = std::move(*search);
  }
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

}  // namespace copybench
