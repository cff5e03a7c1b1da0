#include <fmt/format.h>
#include <malloc.h>

#include <memory>
#include <utility>

#include "api/endpoints/api.h"
#include "api/endpoints/versions.h"
#include "api/response/answer_in_pieces.h"
#include "api/response/experiment_json.h"
#include "api/response/json_parts.h"
#include "core/host/system_facts.h"
#include "core/transfer/export.h"
#include "core/transfer/import.h"

namespace copybench {

Reply Api::export_experiment(const Call& call) {
  const Json host = system_facts()["hostname"];
  Exporter exporter{host.is_string() ? host.get<std::string>() : std::string(), std::string(copybench_version())};
  const auto pieces = std::make_shared<ExportPieces>(context_.readers, call.id, std::move(exporter));
  HttpResponse response;
  response.content_type = "application/x-ndjson";
  response.headers = {
      {"Content-Disposition", fmt::format("attachment; filename=\"copybench-experiment-{}.ndjson\"", call.id)},
      {"Cache-Control", "no-store"}};
  return answer_in_pieces(std::move(response), [pieces](std::string& out) { return pieces->next(out); }, *context_.logger);
}

Reply Api::import_experiment(const Call& call) {
  // The JSON of an import is many small allocations; malloc would keep their memory.
  struct GiveBack {
    ~GiveBack() { ::malloc_trim(0); }
  } const give_back;
  const auto file = read_export(call.request.body);
  if (!file) {
    return refuse(bad_request("invalid-import", "this is no experiment that copybench exported: " + file.error().message,
                              {{"", file.error().message}}));
  }
  if (auto problem = storage_problem()) return refuse(std::move(*problem));
  auto imported = copybench::import_experiment(context_.store, *file);
  if (!imported) return refuse(problem_of(imported.error()));
  if (imported->is_new) context_.changed.raise();
  HttpResponse response = json_response(imported->is_new ? 201 : 200, experiment_json(imported->record, QueueView{}));
  response.headers.emplace_back("Location", experiment_path(imported->record.id));
  return response;
}

}  // namespace copybench
