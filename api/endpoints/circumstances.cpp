#include <fmt/format.h>

#include <utility>

#include "api/endpoints/api.h"
#include "api/request/query.h"
#include "api/response/circumstances_json.h"

namespace copybench {
namespace {

tl::expected<std::vector<RecordedCircumstances>, Problem> recorded(Reader& reader, ExperimentId id) {
  auto found = reader.circumstances(id);
  if (!found) return refuse(problem_of(found.error()));
  if (!found->empty()) return std::move(*found);
  Problem none;
  none.status = 404;
  none.kind = "no-circumstances";
  none.detail = fmt::format(
      "there are no circumstances of experiment {}: they are recorded when its first run begins, which it has not yet, or "
      "did under a version that did not record them",
      id);
  return refuse(std::move(none));
}

}  // namespace

Reply Api::get_circumstances(const Call& call) {
  auto found = recorded(*context_.readers.lease(), call.id);
  if (!found) return refuse(std::move(found.error()));
  return json_response(200, circumstances_json(*found));
}

Reply Api::get_calibrations(const Call& call) {
  auto taken = context_.readers.lease()->calibrations(call.id);
  if (!taken) return refuse(problem_of(taken.error()));
  return json_response(200, calibrations_json(call.id, *taken));
}

Reply Api::compare_circumstances(const Call& call) {
  const auto base = decode_id_parameter(call.request.query, "base").value_or(0);
  const auto head = decode_id_parameter(call.request.query, "head").value_or(0);
  const ReaderPool::Lease reader = context_.readers.lease();
  auto of_base = recorded(*reader, base);
  if (!of_base) return refuse(named_by(std::move(of_base.error()), "?base"));
  auto of_head = recorded(*reader, head);
  if (!of_head) return refuse(named_by(std::move(of_head.error()), "?head"));
  return json_response(200, circumstances_diff_json(base, *of_base, head, *of_head));
}

}  // namespace copybench
