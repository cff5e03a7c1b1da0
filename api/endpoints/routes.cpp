#include "api/endpoints/routes.h"

#include "api/request/query.h"

namespace copybench {
namespace {

constexpr std::string_view kId = "{id}";

// True if `path` has the form of `pattern`; sets `id` to the text in place of {id}.
bool matches(std::string_view pattern, std::string_view path, std::string_view& id) {
  const size_t at = pattern.find(kId);
  if (at == std::string_view::npos) return pattern == path;
  const std::string_view prefix = pattern.substr(0, at);
  const std::string_view suffix = pattern.substr(at + kId.size());
  if (!path.starts_with(prefix) || !path.ends_with(suffix) || path.size() <= prefix.size() + suffix.size())
    return false;
  id = path.substr(prefix.size(), path.size() - prefix.size() - suffix.size());
  return id.find('/') == std::string_view::npos;
}

Route heavy(Route route) {
  route.heavy = true;
  return route;
}

}  // namespace

std::span<const Route> routes() {
  static const std::vector<Route> all{
      {"POST", "/experiments", &Api::create_experiment, {"dry_run"}, {"application/json"}},
      {"POST", "/experiments/validate", &Api::validate_experiment, {}, {"application/json"}},
      {"GET", "/experiments", &Api::list_experiments, {"limit", "cursor", "tag"}},
      {"GET", "/experiments/{id}", &Api::get_experiment, {}},
      heavy({"POST", "/experiments/import", &Api::import_experiment, {}, {"application/x-ndjson"}}),
      heavy({"GET", "/experiments/{id}/export.ndjson", &Api::export_experiment, {}}),
      {"PATCH",
       "/experiments/{id}",
       &Api::change_experiment,
       {},
       {"application/merge-patch+json", "application/json"}},
      {"DELETE", "/experiments/{id}", &Api::delete_experiment, {}},
      {"POST", "/experiments/{id}/cancel", &Api::cancel_experiment, {}},
      heavy({"GET", "/experiments/{id}/runs", &Api::list_runs, {"limit", "cursor"}}),
      heavy({"GET", "/experiments/{id}/results.csv", &Api::get_results_csv, {}}),
      heavy({"GET", "/experiments/{id}/summary", &Api::get_summary, {}}),
      heavy({"GET", "/experiments/{id}/profiles", &Api::list_profiles, {}}),
      {"GET", "/experiments/{id}/events", &Api::follow_experiment, {}},
      {"GET", "/events", &Api::follow_experiments, {}},
      heavy({"GET", "/experiments/{id}/circumstances", &Api::get_circumstances, {}}),
      {"GET", "/experiments/{id}/calibrations", &Api::get_calibrations, {}},
      heavy({"GET", "/experiments/{id}/comparisons", &Api::get_comparisons, {"metric", "min_effect_pct"}}),
      heavy({"GET",
       "/compare",
       &Api::get_compare,
       {"base", "head", "metric", "min_effect_pct", "fail_on", "allow_differences"},
       {},
       {"base", "head"},
       false,
       true}),
      heavy({"GET",
       "/history",
       &Api::get_history,
       {"engine", "field_bytes", "threads", "metric", "imported"},
       {},
       {"engine", "field_bytes", "threads"}}),
      heavy({"GET",
       "/history.csv",
       &Api::get_history_csv,
       {"engine", "field_bytes", "threads", "metric", "imported"},
       {},
       {"engine", "field_bytes", "threads"}}),
      heavy({"GET", "/circumstances/diff", &Api::compare_circumstances, {"base", "head"}, {}, {"base", "head"}}),
      {"GET", "/runs/{id}", &Api::get_run, {}},
      {"GET", "/runs/{id}/perf", &Api::get_run_perf, {}},
      heavy({"GET", "/runs/{id}/profile", &Api::get_run_profile, {}}),
      heavy({"GET", "/runs/{id}/stacks.folded", &Api::get_run_stacks, {}}),
      heavy({"GET", "/runs/{id}/flamegraph.svg", &Api::get_run_flamegraph, {"base_run"}}),
      {"GET", "/system", &Api::get_system, {}},
      {"GET", "/healthz", &Api::get_health, {}, {}, {}, true},
      {"GET", "/readyz", &Api::get_readiness, {}, {}, {}, true},
      {"GET", "/metrics", &Api::get_metrics, {}},
      {"GET", "/openapi.json", &Api::get_openapi, {}, {}, {}, true},
  };
  return all;
}

PathMatch match_path(std::string_view path) {
  PathMatch match;
  for (const Route& route : routes()) {
    if (route.path == path) match.routes.push_back(&route);
  }
  if (!match.routes.empty()) return match;  // a literal path takes precedence over {id}
  for (const Route& route : routes()) {
    std::string_view id;
    if (!matches(route.path, path, id)) continue;
    match.routes.push_back(&route);
    if (route.path.find(kId) == std::string_view::npos) continue;
    match.id = decode_id(id);
    if (!match.id) match.bad_id = id;
  }
  return match;
}

}  // namespace copybench
