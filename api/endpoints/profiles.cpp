#include <fmt/format.h>

#include <utility>

#include "api/endpoints/api.h"
#include "api/endpoints/sound.h"
#include "api/request/query.h"
#include "api/response/copy_costs_json.h"
#include "api/response/flamegraph.h"
#include "api/response/run_json.h"
#include "api/response/zerocopy_label.h"
#include "core/analysis/copy_cost.h"
#include "core/analysis/copy_share.h"

namespace copybench {
namespace {

Problem no_profile(const RunRecord& run) {
  Problem problem;
  problem.status = 404;
  problem.kind = "no-profile";
  if (run.planned.kind == RunKind::measured) {
    problem.detail = fmt::format(
        "run {} was measured, not profiled: an experiment with \"profile\": true has one more run of each configuration, of "
        "kind profile (/experiments/{}/profiles lists them)",
        run.id, run.experiment_id);
  } else if (!is_final(run.state)) {
    problem.detail = fmt::format("run {} has not ended yet", run.id);
  } else {
    problem.detail = fmt::format("run {} ended without a profile: {}", run.id, run.reason.value_or("no reason given"));
  }
  return problem;
}

// The run's profile, or why there is none.
tl::expected<ProfileRow, Problem> find_profile(Reader& reader, RunId id) {
  auto found = reader.profile(id);
  if (found) return std::move(*found);  // its stacks may be readable even if its report is not
  if (found.error().kind != StoreError::Kind::not_found) return tl::unexpected(problem_of(found.error()));
  const auto run = reader.run(id);
  if (!run) return tl::unexpected(problem_of(run.error()));
  return tl::unexpected(no_profile(*run));
}

// Includes the zero-copy label.
std::string title_of(Reader& reader, const ProfileRow& row) {
  const Configuration& configuration = row.configuration;
  const auto run = reader.run(row.run_id);
  const auto label = run ? zerocopy_label(configuration.engine, run->figures) : std::nullopt;
  return fmt::format("{}{}, fields of {} bytes, {} {}", name_of(configuration.engine),
                     label ? fmt::format(" ({})", *label) : "", configuration.field_bytes, configuration.threads,
                     configuration.threads == 1 ? "thread" : "threads");
}

Result<FoldedStacks> stacks_of(const ProfileRow& row) { return folded_from_text(row.profile.stacks); }

Problem damaged(RunId run, const Error& error) {
  return problem_of(StoreError{StoreError::Kind::damaged,
                               fmt::format("The stored stacks of run {} cannot be read: {}", run, error.message)});
}

HttpResponse text_response(const char* content_type, std::string body) {
  HttpResponse response;
  response.content_type = content_type;
  response.headers = {{"Cache-Control", "no-store"}};
  response.body = std::move(body);
  return response;
}

}  // namespace

Reply Api::list_profiles(const Call& call) {
  auto rows = context_.readers.lease()->profiles(call.id);
  if (!rows) return refuse(problem_of(rows.error()));
  Json items = Json::array();
  std::vector<ProfiledShare> shares;
  for (const ProfileRow& row : *rows) {
    if (auto sound = check_sound(row); !sound) return refuse(problem_of(sound.error()));
    if (auto share = copy_share_from_json(row.profile.report.value("copy_share", Json()))) {
      shares.push_back({row.configuration, *share});
    }
    items.push_back(profile_json(row));
  }
  return json_response(200, {{"experiment_id", call.id}, {"items", std::move(items)},
                             {"words", copy_costs_json(copy_costs(shares))}, {"rules", copy_rules_json()}});
}

Reply Api::get_run_profile(const Call& call) {
  auto row = find_profile(*context_.readers.lease(), call.id);
  if (!row) return refuse(std::move(row.error()));
  if (auto sound = check_sound(*row); !sound) return refuse(problem_of(sound.error()));
  Json json = profile_json(*row);
  json["rules"] = copy_rules_json();
  return json_response(200, json);
}

Reply Api::get_run_stacks(const Call& call) {
  auto row = find_profile(*context_.readers.lease(), call.id);
  if (!row) return refuse(std::move(row.error()));
  return text_response("text/plain; charset=utf-8", std::move(row->profile.stacks));
}

Reply Api::get_run_flamegraph(const Call& call) {
  const ReaderPool::Lease reader = context_.readers.lease();
  auto row = find_profile(*reader, call.id);
  if (!row) return refuse(std::move(row.error()));
  const auto stacks = stacks_of(*row);
  if (!stacks) return refuse(damaged(call.id, stacks.error()));
  const auto base_id = decode_id_parameter(call.request.query, "base_run");
  std::string title = title_of(*reader, *row);
  if (!base_id) return text_response("image/svg+xml", flamegraph_svg(title, *stacks));
  auto base = find_profile(*reader, *base_id);
  if (!base) return refuse(named_by(std::move(base.error()), "?base_run"));
  const auto base_stacks = stacks_of(*base);
  if (!base_stacks) return refuse(damaged(*base_id, base_stacks.error()));
  title += ", against " + title_of(*reader, *base);
  return text_response("image/svg+xml", flamegraph_svg(title, *stacks, &*base_stacks));
}

}  // namespace copybench
