#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "api/endpoints/api.h"
#include "api/endpoints/sound.h"
#include "api/request/query.h"
#include "api/response/comparison_json.h"

namespace copybench {
namespace {

constexpr int64_t kMostRunsCompared = 50'000;

constexpr const char* kBase = "?base";
constexpr const char* kHead = "?head";

using Sides = std::array<std::pair<const char*, const std::vector<ExperimentId>*>, 2>;
Sides sides_of(const ComparisonQuestion& question) { return {{{kBase, &question.base}, {kHead, &question.head}}}; }

struct Read {
  ExperimentRecord record;
  MeasuredExperiment measured;
  std::vector<RecordedCircumstances> circumstances;
};

tl::expected<Read, Problem> read_one(Reader& reader, ExperimentId id) {
  auto record = sound_experiment(reader, id);
  if (!record) return refuse(problem_of(record.error()));
  auto runs = reader.summary_input(id);
  if (!runs) return refuse(problem_of(runs.error()));
  auto circumstances = reader.circumstances(id);
  if (!circumstances) return refuse(problem_of(circumstances.error()));
  MeasuredExperiment measured{record->spec, std::move(*runs)};
  return Read{std::move(*record), std::move(measured), std::move(*circumstances)};
}

tl::expected<std::vector<Read>, Problem> read_all(Reader& reader, const std::vector<ExperimentId>& ids,
                                                   std::string_view parameter) {
  std::vector<Read> all;
  for (const ExperimentId id : ids) {
    auto one = read_one(reader, id);
    if (!one) return refuse(named_by(std::move(one.error()), parameter));  // it was deleted since check_experiments()
    all.push_back(std::move(*one));
  }
  return all;
}

// Moves the runs out of `side`, because they are large.
std::vector<MeasuredExperiment> take_measured(std::vector<Read>& side) {
  std::vector<MeasuredExperiment> all;
  for (Read& one : side) all.push_back(std::move(one.measured));
  return all;
}

// Names every experiment that does not exist, and bounds the memory of one answer.
tl::expected<void, Problem> check_experiments(Reader& reader, const ComparisonQuestion& question) {
  int64_t runs = 0;
  std::optional<Problem> absent;
  for (const auto& [parameter, ids] : sides_of(question)) {
    for (const ExperimentId id : *ids) {
      const auto record = reader.experiment(id);
      if (record) {
        runs += record->runs.total;
        continue;
      }
      Problem problem = named_by(problem_of(record.error()), parameter);
      if (problem.errors.empty()) return refuse(std::move(problem));
      if (absent) {
        absent->errors.push_back(std::move(problem.errors.front()));
      } else {
        absent = std::move(problem);
      }
    }
  }
  if (absent) return refuse(std::move(*absent));
  if (runs <= kMostRunsCompared) return {};
  return refuse(bad_request("invalid-query", "query parameters cannot be accepted: see errors",
                            {{"?base", fmt::format("the experiments have {} runs together; allowed: up to {} in one comparison",
                                                   runs, kMostRunsCompared)}}));
}

// An experiment that is given twice would count as two, or as a pair without a difference.
std::optional<FieldError> repeated_id(const ComparisonQuestion& question) {
  std::set<ExperimentId> seen;
  for (const auto& [parameter, ids] : sides_of(question)) {
    for (const ExperimentId id : *ids) {
      if (!seen.insert(id).second) {
        return FieldError{parameter, fmt::format("experiment {} is named twice; allowed: each once, in base or in head", id)};
      }
    }
  }
  return std::nullopt;
}

const FigureColumn& figure_of(const NamedValues& query) {
  const std::string* metric = find_parameter(query, "metric");
  return *find_figure(metric != nullptr ? *metric : "throughput_gbps");
}

double min_effect_of(const NamedValues& query) {
  const std::string* percent = find_parameter(query, "min_effect_pct");
  return percent != nullptr ? decode_percent(*percent).value_or(0) / 100 : kDefaultMinEffect;
}

// Adds the differences between two experiments, except those whose name is in `differences` already.
void add_differences(std::vector<Difference>& differences, const Read& base, const Read& head) {
  const auto add = [&](Difference difference) {
    const auto same = [&](const Difference& known) { return known.name == difference.name; };
    if (std::none_of(differences.begin(), differences.end(), same)) differences.push_back(std::move(difference));
  };
  for (SettingDifference& one : setting_differences(base.record.spec, head.record.spec)) {
    add({std::move(one.name), "request", std::move(one.base), std::move(one.head), one.incomparable});
  }
  if (base.circumstances.empty() || head.circumstances.empty()) return;
  for (CircumstanceDifference& one : diff(base.circumstances.back().facts, head.circumstances.back().facts)) {
    if (!one.matters) continue;
    const bool refused = one.kind == CircumstanceClass::host;
    add({std::move(one.name), std::string(name_of(one.kind)), std::move(one.base), std::move(one.head), refused});
  }
}

// "experiment 1", "experiments 1, 2 and 3"
std::string experiments(const std::vector<ExperimentId>& ids) {
  if (ids.size() == 1) return fmt::format("experiment {}", ids.front());
  return fmt::format("experiments {} and {}", fmt::join(ids.begin(), ids.end() - 1, ", "), ids.back());
}

template <typename Wanted>
std::vector<ExperimentId> ids_where(const std::vector<const Read*>& all, const Wanted& wanted) {
  std::vector<ExperimentId> ids;
  for (const Read* one : all) {
    if (wanted(*one)) ids.push_back(one->record.id);
  }
  return ids;
}

// "2 of 5 of experiment 3" for each experiment with flagged runs.
std::vector<std::string> flagged_of(const std::vector<const Read*>& all) {
  std::vector<std::string> parts;
  for (const Read* one : all) {
    const auto& runs = one->measured.runs;
    const auto flagged = std::ranges::count_if(runs, &SummaryInput::flagged);
    const auto completed = std::ranges::count(runs, RunState::completed, &SummaryInput::state);
    if (flagged > 0) parts.push_back(fmt::format("{} of {} of experiment {}", flagged, completed, one->record.id));
  }
  return parts;
}

// One sentence for each kind of warning, with all experiments that it applies to.
void warn(std::vector<std::string>& warnings, const std::vector<const Read*>& all) {
  const auto open = ids_where(all, [](const Read& one) { return !is_final(one.record.state); });
  if (!open.empty()) {
    warnings.push_back(fmt::format("Not ended, so that verdicts may change: {}.", experiments(open)));
  }
  const auto unrecorded = ids_where(all, [](const Read& one) { return one.circumstances.empty(); });
  if (!unrecorded.empty()) {
    warnings.push_back(fmt::format("The circumstances are not recorded of {}.", experiments(unrecorded)));
  }
  const auto changed = ids_where(all, [](const Read& one) { return one.circumstances.size() > 1; });
  if (!changed.empty()) warnings.push_back(fmt::format("The circumstances changed within {}.", experiments(changed)));
  if (const auto flagged = flagged_of(all); !flagged.empty()) {
    warnings.push_back(fmt::format("Completed runs are flagged, their figures doubtful: {}.", fmt::join(flagged, ", ")));
  }
}

StartTimes starts_of(const std::vector<Read>& side) {
  StartTimes starts;
  for (const Read& one : side) starts.push_back(one.record.started_at);
  return starts;
}

// A warning that a drift of the machine may look like a difference; none if alternating pairs cancel it out.
std::optional<std::string> drift_warning(const std::vector<Read>& base, const std::vector<Read>& head) {
  constexpr char kAlternately[] =
      "a drift of the machine in between counts as a difference. Several of each, measured alternately and compared as "
      "base=1,3,... and head=2,4,..., rule that out.";
  if (base.size() == 1) return fmt::format("One experiment was measured after the other: {}", kAlternately);
  if (measured_alternately(starts_of(base), starts_of(head))) return std::nullopt;
  return fmt::format("The pairs were not measured alternately, each one's two right after one another: {}", kAlternately);
}

ComparisonContext context_of(const std::vector<Read>& base, const std::vector<Read>& head) {
  ComparisonContext context;
  std::vector<const Read*> all;
  for (const auto* side : {&base, &head}) {
    for (const Read& one : *side) {
      add_differences(context.differences, base.front(), one);
      all.push_back(&one);
    }
  }
  warn(context.warnings, all);
  if (!context.differences.empty()) {
    std::vector<std::string> names;
    for (const Difference& difference : context.differences) names.push_back(difference.name);
    context.warnings.push_back(fmt::format("The two differ in {}.", fmt::join(names, ", ")));
  }
  if (auto drift = drift_warning(base, head)) context.warnings.push_back(std::move(*drift));
  return context;
}

bool tells(const ConfigurationComparison& one) {
  const Verdict verdict = one.comparison.verdict;
  return verdict != Verdict::not_measured && verdict != Verdict::too_few_repetitions && verdict != Verdict::cannot_tell;
}

struct Refusal {
  std::string kind;
  std::string detail;
};

// The reason to answer the comparison with 409, or none.
std::optional<Refusal> refusal_of(const NamedValues& query, const ExperimentComparison& comparison,
                                  const ComparisonContext& context, bool all_ended) {
  if (comparison.configurations.empty()) {
    return Refusal{"not-comparable", "the two have no engine, field size and threads in common"};
  }
  const bool allowed = decode_flag(query, "allow_differences");
  for (const Difference& difference : context.differences) {
    if (!difference.refused || allowed) continue;
    return Refusal{"not-comparable",
                   fmt::format("the two differ in {}: {} and {}; allow_differences=1 compares them all the same",
                               difference.name, difference.base.dump(), difference.head.dump())};
  }
  if (find_parameter(query, "fail_on") == nullptr) return std::nullopt;
  if (!all_ended) return Refusal{"undecided", "an experiment has not ended, so fail_on cannot be decided yet"};
  const auto& all = comparison.configurations;
  const auto is_slower = [](const auto& one) { return one.comparison.verdict == Verdict::slower; };
  if (std::any_of(all.begin(), all.end(), is_slower)) return Refusal{"slower", sentence_of(comparison)};
  if (std::none_of(all.begin(), all.end(), tells)) {
    return Refusal{"undecided", "fail_on cannot be decided: " + detail_of(all.front(), Better::higher, 0)};
  }
  return std::nullopt;
}

Problem conflict(Refusal refusal) {
  Problem problem;
  problem.status = 409;
  problem.kind = std::move(refusal.kind);
  problem.detail = std::move(refusal.detail);
  return problem;
}

}  // namespace

Reply Api::get_compare(const Call& call) {
  const NamedValues& query = call.request.query;
  const ComparisonQuestion question{decode_ids(*find_parameter(query, "base")), decode_ids(*find_parameter(query, "head")),
                                    &figure_of(query), min_effect_of(query),
                                    decode_flag(query, "allow_differences")};
  if (question.base.size() != question.head.size()) {
    return refuse(bad_request("invalid-query", "query parameters cannot be accepted: see errors",
                              {{"?head", fmt::format("{} experiments are given; allowed: as many as in base, {}",
                                                     question.head.size(), question.base.size())}}));
  }
  if (auto repeated = repeated_id(question)) {
    return refuse(bad_request("invalid-query", "query parameters cannot be accepted: see errors", {std::move(*repeated)}));
  }
  ReaderPool::Lease reader = context_.readers.lease();
  if (auto sound = check_experiments(*reader, question); !sound) return refuse(std::move(sound.error()));
  auto base = read_all(*reader, question.base, kBase);
  if (!base) return refuse(std::move(base.error()));
  auto head = read_all(*reader, question.head, kHead);
  if (!head) return refuse(std::move(head.error()));
  reader.reset();  // frees the reader for other requests during the computation

  const ComparisonContext context = context_of(*base, *head);
  const auto comparison =
      compare_experiments(take_measured(*base), take_measured(*head), *question.figure, question.min_effect);
  Json json = comparison_json(question, comparison, context);
  const auto ended = [](const Read& one) { return is_final(one.record.state); };
  const bool all_ended =
      std::all_of(base->begin(), base->end(), ended) && std::all_of(head->begin(), head->end(), ended);
  if (auto refusal = refusal_of(query, comparison, context, all_ended)) {
    Problem problem = conflict(std::move(*refusal));
    problem.extension["comparison"] = std::move(json);
    return refuse(std::move(problem));
  }
  return json_response(200, json);
}

Reply Api::get_comparisons(const Call& call) {
  const FigureColumn& figure = figure_of(call.request.query);
  const double min_effect = min_effect_of(call.request.query);
  auto one = read_one(*context_.readers.lease(), call.id);
  if (!one) return refuse(std::move(one.error()));
  if (one->record.spec.crossover) {
    return refuse(conflict(
        {"not-comparable", fmt::format("experiment {0} is a search for a crossover: how many pairs it measured followed from "
                                       "what they were, so these tests do not hold for it; its own verdicts are in "
                                       "/experiments/{0}, under progress.crossover",
                                       call.id)}));
  }
  return json_response(200, comparisons_json(call.id, figure, min_effect, compare_engines(one->measured, figure, min_effect)));
}

}  // namespace copybench
