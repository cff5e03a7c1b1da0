#include "core/store/run_queue.h"

#include <fmt/format.h>

#include "core/store/calibrations.h"
#include "core/store/ended_runs.h"
#include "core/store/rows.h"

namespace copybench {
namespace {

// The end of a run, as its row stores it.
struct Ending {
  RunState state{};
  std::optional<std::string> reason;
  RunFigures figures;
};

struct EndingOf {
  bool cancel_requested;

  Ending operator()(const Completed& completed) const { return {RunState::completed, std::nullopt, completed.figures}; }
  Ending operator()(const Failed& failed) const { return {RunState::failed, failed.reason, {}}; }
  Ending operator()(const TimedOut& timed_out) const { return {RunState::timed_out, timed_out.reason, {}}; }
  Ending operator()(const Cancelled&) const { return {RunState::cancelled, "Cancelled while it was running.", {}}; }
  Ending operator()(const Interrupted& interrupted) const {
    // If queued again, it would run although its experiment was cancelled.
    return {cancel_requested ? RunState::cancelled : RunState::interrupted, interrupted.reason, {}};
  }
};

std::string_view counter_of(RunState state) {
  switch (state) {
    case RunState::completed: return "runs_completed";
    case RunState::failed:
    case RunState::timed_out: return "runs_failed";
    case RunState::cancelled: return "runs_cancelled";
    case RunState::interrupted: return "runs_interrupted";
    case RunState::queued:
    case RunState::running: break;
  }
  throw_damaged("a run was to end in a state that is no end");
}

void add_to_count(DatabaseConnection& connection, ExperimentId id, RunState state, int64_t runs) {
  const std::string_view counter = counter_of(state);
  Query query(connection, fmt::format("UPDATE experiments SET {0} = {0} + ? WHERE id = ?", counter));
  query.bind(runs).bind(id).run();
}

void end_experiment_if_done(DatabaseConnection& connection, ExperimentId id,
                            const std::optional<std::string>& last_reason, UtcTime now) {
  int64_t total = 0, completed = 0, failed = 0, cancelled = 0;
  bool cancel_requested = false;
  {
    Query query(connection,
                "SELECT runs_total, runs_completed, runs_failed, runs_cancelled, cancel_requested FROM experiments "
                "WHERE id = ?");
    query.bind(id).step();
    total = query.integer(0);
    completed = query.integer(1);
    failed = query.integer(2);
    cancelled = query.integer(3);
    cancel_requested = query.integer(4) != 0;
  }
  if (completed + failed + cancelled < total) return;

  auto state = ExperimentState::completed;
  std::optional<std::string> reason;
  if (cancel_requested) {
    state = ExperimentState::cancelled;
  } else if (completed == 0) {
    state = ExperimentState::failed;
    reason =
        fmt::format("None of its {} runs completed. The last one: {}", total, last_reason.value_or("no reason given"));
  }
  Query query(connection,
              "UPDATE experiments SET state = ?, finished_at_ms = MAX(?, COALESCE(started_at_ms, created_at_ms)), reason = ? "
              "WHERE id = ?");
  query.bind(name_of(state)).bind(to_milliseconds(now)).bind(reason).bind(id).run();
}

// Quotes of a child's last output, and names of processes, may not be UTF-8. A run must not be lost because of them.
std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

void insert_evidence(DatabaseConnection& connection, RunId run, const RunResult& result) {
  Query query(connection, "INSERT OR REPLACE INTO run_evidence (run_id, evidence_json, perf_raw) VALUES (?, ?, ?)");
  query.bind(run).bind(text_of(result.evidence)).bind(result.perf_raw).run();
}

std::optional<std::string> counters_of(const RunResult& result) {
  const auto counters = result.evidence.find("counters");
  if (counters == result.evidence.end() || !counters->is_array()) return std::nullopt;
  return text_of(*counters);
}

// Runs end in the order of finish_sequence, so this one is its engine's last.
void note_last_run(DatabaseConnection& connection, RunId run) {
  Query query(connection,
              "INSERT OR REPLACE INTO last_runs (engine, experiment_id, run_id) SELECT engine, experiment_id, id FROM runs "
              "WHERE id = ? AND kind = 'measured'");
  query.bind(run).run();
}

void insert_profile(DatabaseConnection& connection, RunId run, const RunProfile& profile) {
  Query query(connection, "INSERT OR REPLACE INTO run_profiles (run_id, report_json, stacks) VALUES (?, ?, ?)");
  query.bind(run).bind(profile.report.dump(-1, ' ', false, Json::error_handler_t::replace)).bind(profile.stacks).run();
}

void queue_again(DatabaseConnection& connection, RunId run) {
  Query query(
      connection,
      "INSERT INTO runs (experiment_id, position, engine, field_bytes, threads, repetition, kind, state) "
      "SELECT experiment_id, position, engine, field_bytes, threads, repetition, kind, 'queued' FROM runs WHERE id = ?");
  query.bind(run).run();
}

// Queues the runs behind all that were planned before.
void append_runs(DatabaseConnection& connection, ExperimentId id, const std::vector<PlannedRun>& runs) {
  int64_t position = 0;
  {
    Query query(connection,
                "UPDATE experiments SET runs_total = runs_total + ?1 WHERE id = ?2 RETURNING runs_total - ?1");
    if (!query.bind(static_cast<int64_t>(runs.size())).bind(id).step()) throw_damaged("runs were added to no experiment");
    position = query.integer(0);
  }
  Query query(connection,
              "INSERT INTO runs (experiment_id, position, engine, field_bytes, threads, repetition, kind, state) "
              "VALUES (?, ?, ?, ?, ?, ?, ?, 'queued')");
  for (const PlannedRun& run : runs) {
    query.bind(id).bind(++position).bind(name_of(run.configuration.engine));
    query.bind(static_cast<int64_t>(run.configuration.field_bytes)).bind(int64_t{run.configuration.threads});
    query.bind(int64_t{run.repetition}).bind(name_of(run.kind)).run();
  }
}

void store_findings(DatabaseConnection& connection, ExperimentId id, const Advice& advice) {
  Query(connection, "UPDATE experiments SET runs_at_most = ?, findings_json = ? WHERE id = ?")
      .bind(advice.runs_at_most)
      .bind(advice.findings.dump())
      .bind(id)
      .run();
}

// Stores the findings of its runs so far. Once all runs have ended, queues the runs that the findings call for.
void follow_advice(DatabaseConnection& connection, const ExperimentRecord& experiment, const Advise& advise) {
  if (!is_adaptive(experiment.spec)) return;
  const Advice advice = advise(experiment.spec, ended_runs(connection, experiment.id));
  store_findings(connection, experiment.id, advice);
  if (experiment.runs.done() == experiment.runs.total) append_runs(connection, experiment.id, advice.next);
}

// An experiment with unreadable rows would block all others.
void fail_damaged(DatabaseConnection& connection, ExperimentId id, const std::string& damage, UtcTime now) {
  Query(connection,
        "UPDATE runs SET state = 'cancelled', finished_at_ms = ?, reason = 'Its experiment is damaged.' WHERE experiment_id = ? "
        "AND state IN ('queued', 'running')")
      .bind(to_milliseconds(now))
      .bind(id)
      .run();
  Query(connection,
        "UPDATE experiments SET state = 'failed', finished_at_ms = ?, reason = ?, runs_cancelled = (SELECT count(*) FROM runs "
        "WHERE experiment_id = experiments.id AND state = 'cancelled') WHERE id = ?")
      .bind(to_milliseconds(now))
      .bind("Its stored rows cannot be read: " + damage + ".")
      .bind(id)
      .run();
}

bool has_running_run(DatabaseConnection& connection, ExperimentId id) {
  Query query(connection, "SELECT 1 FROM runs WHERE experiment_id = ? AND state = 'running' LIMIT 1");
  return query.bind(id).step();
}

}  // namespace

int64_t take_finish_sequences(DatabaseConnection& connection, int64_t count) {
  Query query(connection,
              "UPDATE sequences SET last = last + ? WHERE name = 'finish_sequence' AND last BETWEEN 0 AND ? RETURNING last");
  if (!query.bind(count).bind(kLargestId).step()) {
    throw_damaged("the sequence of finished runs (sequences) is missing, or another program has changed it");
  }
  return query.integer(0) - count;
}

ExperimentId insert_experiment(DatabaseConnection& connection, const Plan& plan, const Advise& advise, UtcTime now) {
  {
    Query query(connection,
                "INSERT INTO experiments (state, spec_json, created_at_ms, runs_total, run_seconds, notes, tags_json, pinned) "
                "VALUES ('queued', ?, ?, 0, ?, ?, ?, ?)");
    query.bind(to_json(plan.spec).dump()).bind(to_milliseconds(now)).bind(to_seconds(plan.spec.warmup + plan.spec.duration));
    bind_annotations(query, plan.annotations);
    query.run();
  }
  const ExperimentId id = connection.last_inserted_id();
  index_tags(connection, id);
  append_runs(connection, id, plan.runs);
  if (is_adaptive(plan.spec)) store_findings(connection, id, advise(plan.spec, {}));
  return id;
}

StoreResult<ExperimentRecord> find_experiment(DatabaseConnection& connection, ExperimentId id) {
  static const std::string sql = "SELECT " + experiment_columns() + " FROM experiments WHERE id = ?";
  Query query(connection, sql);
  if (!query.bind(id).step()) {
    return tl::unexpected(StoreError{StoreError::Kind::not_found, fmt::format("There is no experiment {}.", id)});
  }
  return read_experiment(query);
}

std::optional<ClaimedRun> claim_run(DatabaseConnection& connection, UtcTime now) {
  static const std::string oldest_unfinished =
      "SELECT " + experiment_columns() + " FROM experiments WHERE state IN ('queued', 'running') ORDER BY id LIMIT 1";
  static const std::string next_queued =
      "SELECT " + run_columns() + " FROM runs WHERE experiment_id = ? AND state = 'queued' ORDER BY position LIMIT 1";
  ClaimedRun claimed;
  for (;;) {
    std::optional<ExperimentRecord> experiment;
    {
      Query query(connection, oldest_unfinished);
      if (!query.step()) return std::nullopt;
      experiment = read_experiment(query);
    }
    std::optional<RunRow> run;
    {
      Query query(connection, next_queued);
      if (query.bind(experiment->id).step()) run = read_run(query);
    }
    if (experiment->damage || (run && run->damage)) {
      fail_damaged(connection, experiment->id, experiment->damage ? *experiment->damage : *run->damage, now);
      continue;
    }
    if (!run && !has_running_run(connection, experiment->id)) {
      fail_damaged(connection, experiment->id, "it has not ended, and none of its runs waits", now);
      continue;
    }
    if (!run) return std::nullopt;
    claimed.experiment_id = experiment->id;
    claimed.spec = std::move(experiment->spec);
    claimed.runs = experiment->runs;
    claimed.id = run->id;
    claimed.planned = run->planned;
    break;
  }
  Query(connection, "UPDATE runs SET state = 'running', started_at_ms = ? WHERE id = ?")
      .bind(to_milliseconds(now))
      .bind(claimed.id)
      .run();
  Query(connection, "UPDATE experiments SET state = 'running', started_at_ms = COALESCE(started_at_ms, ?) WHERE id = ?")
      .bind(to_milliseconds(now))
      .bind(claimed.experiment_id)
      .run();
  return claimed;
}

StoreResult<void> end_run(DatabaseConnection& connection, RunId run, const RunResult& result, const Advise& advise,
                          UtcTime now) {
  ExperimentId experiment = 0;
  bool cancel_requested = false;
  Ending ending;
  {
    Query query(connection,
                "SELECT experiment_id, runs.state, cancel_requested FROM runs JOIN experiments ON experiments.id = "
                "experiment_id WHERE runs.id = ?");
    if (!query.bind(run).step()) {
      return tl::unexpected(StoreError{StoreError::Kind::not_found, fmt::format("There is no run {}.", run)});
    }
    if (query.text(1) != name_of(RunState::running)) {
      return tl::unexpected(
          StoreError{StoreError::Kind::conflict,
                     fmt::format("Run {} is {}, not running: it cannot be ended.", run, query.text(1))});
    }
    experiment = query.integer(0);
    cancel_requested = query.integer(2) != 0;
    ending = std::visit(EndingOf{cancel_requested}, result.outcome);
  }
  {
    // The clock may have been set back meanwhile. A run must not end before it began.
    static const std::string sql = "UPDATE runs SET state = ?, finish_sequence = ?, "
                                   "finished_at_ms = MAX(?, started_at_ms), reason = ?, counters_json = ?, " +
                                   figure_assignments() + ", flags_json = ? WHERE id = ?";
    const int64_t finish_sequence = take_finish_sequences(connection, 1) + 1;
    Query query(connection, sql);
    query.bind(name_of(ending.state)).bind(finish_sequence).bind(to_milliseconds(now)).bind(ending.reason);
    query.bind(counters_of(result));
    bind_figures(query, ending.figures);
    query.bind(text_of(to_json(result.flags))).bind(run).run();
  }
  insert_evidence(connection, run, result);
  if (ending.state == RunState::completed) note_last_run(connection, run);
  if (result.profile) insert_profile(connection, run, *result.profile);
  insert_calibrations(connection, experiment, run, result.calibrations);
  add_to_count(connection, experiment, ending.state, 1);
  if (ending.state == RunState::interrupted) {
    queue_again(connection, run);
  } else {
    if (!cancel_requested) {
      const auto record = find_experiment(connection, experiment);
      if (!record) return tl::unexpected(record.error());
      follow_advice(connection, *record, advise);
    }
    end_experiment_if_done(connection, experiment, ending.reason, now);
  }
  return {};
}

int64_t count_unfinished(DatabaseConnection& connection) {
  return connection.integer("SELECT count(*) FROM experiments WHERE state IN ('queued', 'running')");
}

std::vector<RunId> running_runs(DatabaseConnection& connection) {
  std::vector<RunId> runs;
  Query query(connection, "SELECT id FROM runs WHERE state = 'running' ORDER BY id");
  while (query.step()) runs.push_back(query.integer(0));
  return runs;
}

void cancel_queued(DatabaseConnection& connection, const ExperimentRecord& experiment, UtcTime now) {
  if (is_final(experiment.state)) return;
  int64_t queued = 0;
  {
    Query query(connection, "SELECT count(*) FROM runs WHERE experiment_id = ? AND state = 'queued'");
    query.bind(experiment.id).step();
    queued = query.integer(0);
  }
  const int64_t before = take_finish_sequences(connection, queued);
  Query(connection,
        "UPDATE runs SET state = 'cancelled', finish_sequence = ? + ahead.rank, finished_at_ms = ?, reason = ? "
        "FROM (SELECT id, row_number() OVER (ORDER BY position) AS rank FROM runs WHERE experiment_id = ? AND "
        "state = 'queued') AS ahead WHERE runs.id = ahead.id")
      .bind(before)
      .bind(to_milliseconds(now))
      .bind("Cancelled before it began.")
      .bind(experiment.id)
      .run();
  add_to_count(connection, experiment.id, RunState::cancelled, queued);
  Query(connection, "UPDATE experiments SET cancel_requested = 1 WHERE id = ?").bind(experiment.id).run();
  end_experiment_if_done(connection, experiment.id, std::nullopt, now);
}

StoreResult<ExperimentRecord> annotate_experiment(DatabaseConnection& connection, ExperimentId id,
                                                  const AnnotationChange& change) {
  auto experiment = find_experiment(connection, id);
  if (!experiment) return experiment;
  if (experiment->damage && (change.name || change.notes || change.tags)) {
    return tl::unexpected(damaged_row(fmt::format("Experiment {} is damaged: {}", id, *experiment->damage)));
  }
  if (experiment->damage) {  // so that it can be unpinned and deleted
    Query(connection, "UPDATE experiments SET pinned = ? WHERE id = ?")
        .bind(int64_t{changed(experiment->annotations, change).pinned})
        .bind(id)
        .run();
    return find_experiment(connection, id);
  }
  if (change.name) experiment->spec.name = *change.name;
  Query query(connection, "UPDATE experiments SET spec_json = ?, notes = ?, tags_json = ?, pinned = ? WHERE id = ?");
  query.bind(to_json(experiment->spec).dump());
  bind_annotations(query, changed(experiment->annotations, change));
  query.bind(id).run();
  if (change.tags) index_tags(connection, id);
  return find_experiment(connection, id);
}

}  // namespace copybench
