#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "api/api.h"
#include "api/comparison.h"
#include "api/query.h"

namespace copybench {
namespace {

struct Read {
  ExperimentRecord record;
  MeasuredExperiment measured;
  std::vector<RecordedCircumstances> circumstances;
};

tl::expected<Read, Problem> read_one(Reader& reader, ExperimentId id) {
  auto record = reader.experiment(id);
  if (!record) return refuse(problem_of(record.error()));
  auto runs = reader.summary_input(id);
  if (!runs) return refuse(problem_of(runs.error()));
  auto circumstances = reader.circumstances(id);
  if (!circumstances) return refuse(problem_of(circumstances.error()));
  MeasuredExperiment measured{record->spec, std::move(*runs)};
  return Read{std::move(*record), std::move(measured), std::move(*circumstances)};
}

tl::expected<std::vector<Read>, Problem> read_all(Reader& reader, const std::vector<ExperimentId>& ids) {
  std::vector<Read> all;
  for (const ExperimentId id : ids) {
    auto one = read_one(reader, id);
    if (!one) return refuse(std::move(one.error()));
    all.push_back(std::move(*one));
  }
  return all;
}

std::vector<MeasuredExperiment> measured(const std::vector<Read>& side) {
  std::vector<MeasuredExperiment> all;
  for (const Read& one : side) all.push_back(one.measured);
  return all;
}

const FigureColumn& figure_of(const NamedValues& query) {
  const std::string* metric = find_parameter(query, "metric");
  return *find_figure(metric != nullptr ? *metric : "throughput_gbps");
}

double min_effect_of(const NamedValues& query) {
  const std::string* percent = find_parameter(query, "min_effect_pct");
  return percent != nullptr ? decode_percent(*percent).value_or(0) / 100 : kDefaultMinEffect;
}

// Of two experiments; those that are known already by their names are left out.
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

void warn(std::vector<std::string>& warnings, const Read& one) {
  if (!is_final(one.record.state)) {
    warnings.push_back(fmt::format("Experiment {} has not ended: its verdicts may change.", one.record.id));
  }
  if (one.circumstances.empty()) {
    warnings.push_back(fmt::format("What experiment {} was measured under is not recorded.", one.record.id));
  } else if (one.circumstances.size() > 1) {
    warnings.push_back(fmt::format("What experiment {} was measured under changed while it was.", one.record.id));
  }
  const auto& runs = one.measured.runs;
  const auto flagged = std::count_if(runs.begin(), runs.end(), [](const SummaryInput& run) { return run.flagged; });
  const auto completed =
      std::count_if(runs.begin(), runs.end(), [](const SummaryInput& run) { return run.state == RunState::completed; });
  if (flagged > 0) {
    warnings.push_back(fmt::format("Of experiment {}, {} of {} completed runs are flagged: their figures are doubtful.",
                                   one.record.id, flagged, completed));
  }
}

ComparisonContext context_of(const std::vector<Read>& base, const std::vector<Read>& head) {
  ComparisonContext context;
  std::set<ExperimentId> seen;
  for (const auto* side : {&base, &head}) {
    for (const Read& one : *side) {
      if (!seen.insert(one.record.id).second) {
        context.warnings.push_back(fmt::format("Experiment {} is compared with itself.", one.record.id));
        continue;
      }
      add_differences(context.differences, base.front(), one);
      warn(context.warnings, one);
    }
  }
  if (!context.differences.empty()) {
    std::vector<std::string> names;
    for (const Difference& difference : context.differences) names.push_back(difference.name);
    context.warnings.push_back(fmt::format("The two also differ in {}.", fmt::join(names, ", ")));
  }
  if (base.size() == 1) {
    context.warnings.push_back(
        "One experiment was measured after the other: a drift of the machine in between counts as a difference. Several of "
        "each, measured alternately and compared as base=1,3,... and head=2,4,..., rule that out.");
  }
  return context;
}

bool tells(const ConfigurationComparison& one) {
  return one.comparison.verdict != Verdict::not_measured && one.comparison.verdict != Verdict::too_few_repetitions;
}

struct Refusal {
  std::string kind;
  std::string detail;
};

// Why the comparison is answered with 409, or none.
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
    return Refusal{"undecided", "fail_on cannot be decided: " + detail_of(all.front().comparison, Better::higher, 0)};
  }
  return std::nullopt;
}

}  // namespace

Reply Api::get_compare(const Call& call) {
  const NamedValues& query = call.request.query;
  const ComparisonQuestion question{decode_ids(*find_parameter(query, "base")), decode_ids(*find_parameter(query, "head")),
                                    &figure_of(query), min_effect_of(query)};
  if (question.base.size() != question.head.size()) {
    return refuse(bad_request("invalid-query", "query parameters cannot be accepted: see errors",
                              {{"?head", fmt::format("{} experiments are given; allowed: as many as in base, {}",
                                                     question.head.size(), question.base.size())}}));
  }
  const ReaderPool::Lease reader = context_.readers.lease();
  auto base = read_all(*reader, question.base);
  if (!base) return refuse(std::move(base.error()));
  auto head = read_all(*reader, question.head);
  if (!head) return refuse(std::move(head.error()));

  const auto comparison = compare_experiments(measured(*base), measured(*head), *question.figure, question.min_effect);
  const ComparisonContext context = context_of(*base, *head);
  Json json = comparison_json(question, comparison, context);
  const auto ended = [](const Read& one) { return is_final(one.record.state); };
  const bool all_ended =
      std::all_of(base->begin(), base->end(), ended) && std::all_of(head->begin(), head->end(), ended);
  if (auto refusal = refusal_of(query, comparison, context, all_ended)) {
    Problem problem;
    problem.status = 409;
    problem.kind = std::move(refusal->kind);
    problem.detail = std::move(refusal->detail);
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
  return json_response(200, comparisons_json(call.id, figure, min_effect, compare_engines(one->measured, figure, min_effect)));
}

}  // namespace copybench
