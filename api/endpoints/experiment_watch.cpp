#include "api/endpoints/experiment_watch.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "api/http/problem.h"
#include "api/response/experiment_json.h"
#include "core/base/time.h"

namespace copybench {
namespace {

size_t hash_of(const Json& json) { return std::hash<std::string>()(dump(json)); }

// The newest experiments, oldest first; before them the running one, if it is older.
StoreResult<std::vector<ExperimentRecord>> watched(Reader& reader, const QueueView& queue) {
  auto newest = reader.experiments(std::nullopt, ExperimentWatch::kNewest);
  if (!newest) return tl::unexpected(std::move(newest.error()));
  std::vector<ExperimentRecord> records = std::move(newest->items);
  if (newest->next && queue.running && queue.running->experiment_id < records.back().id) {
    auto running = reader.experiment(queue.running->experiment_id);
    if (!running) return tl::unexpected(std::move(running.error()));
    records.push_back(std::move(*running));
  }
  std::reverse(records.begin(), records.end());
  return records;
}

Survey::Experiment surveyed(const ExperimentRecord& record, const QueueView& queue) {
  Survey::Experiment experiment{record.id, is_final(record.state), 0, 0, experiment_json(record, queue)};
  Json facts = experiment.json;
  facts.erase("progress");
  Json progress = experiment.json["progress"];
  progress.erase("eta_s");
  progress.erase("eta_max_s");
  experiment.facts = hash_of(facts);
  experiment.progress = hash_of(progress);
  return experiment;
}

Json progress_event(const Json& experiment) {
  Json json{{"experiment_id", experiment["id"]}, {"state", experiment["state"]}};
  json.update(experiment["progress"]);
  return json;
}

}  // namespace

StoreResult<Survey> ExperimentWatch::survey(Reader& reader, std::optional<std::string> paused_reason) {
  auto queue = read_queue(reader, utc_now(), std::move(paused_reason));
  if (!queue) return tl::unexpected(std::move(queue.error()));
  const auto records = watched(reader, *queue);
  if (!records) return tl::unexpected(records.error());
  Survey survey{std::move(*queue), {}};
  for (const ExperimentRecord& record : *records) survey.experiments.push_back(surveyed(record, survey.queue));
  return survey;
}

StoreResult<std::vector<NamedEvent>> ExperimentWatch::news(Reader& reader, const Survey& survey) {
  const ToldOf before = std::exchange(told_, {});
  std::vector<NamedEvent> events;
  for (const Survey::Experiment& experiment : survey.experiments) tell(experiment, before, events);
  begun_ = true;

  // The others are no longer watched: deleted, ended while older than the newest, or no longer among the newest.
  std::vector<ExperimentId> gone;
  for (const auto& [id, told] : before) {
    if (!told_.contains(id)) gone.push_back(id);
  }
  for (const ExperimentId id : gone) {
    auto record = reader.experiment(id);
    if (record) {
      tell(surveyed(*record, survey.queue), before, events);
      told_.erase(id);
    } else if (record.error().kind == StoreError::Kind::not_found) {
      events.push_back({"deleted", {{"experiment_id", id}}});
    } else {
      return tl::unexpected(std::move(record.error()));
    }
  }
  return events;
}

void ExperimentWatch::tell(const Survey::Experiment& experiment, const ToldOf& before, std::vector<NamedEvent>& events) {
  told_[experiment.id] = {experiment.facts, experiment.progress};
  const auto told = before.find(experiment.id);
  const bool news = told == before.end() ? begun_ || !experiment.final : told->second.facts != experiment.facts;
  if (news) {
    events.push_back({"experiment", experiment.json});
  } else if (told != before.end() && told->second.progress != experiment.progress) {
    events.push_back({"progress", progress_event(experiment.json)});
  }
}

}  // namespace copybench
