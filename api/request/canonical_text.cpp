#include "api/request/canonical_text.h"

#include <string>

#include "api/http/problem.h"
#include "core/base/json.h"
#include "core/model/field_values.h"
#include "core/model/request_fields.h"

namespace copybench {

std::string canonical_text(const ExperimentRequest& request) {
  Json json = Json::object();
  each_request_field([&]<typename Field>(const Field& field) {
    if (const auto& given = request.*Field::in_request) json[std::string(field.text.name)] = field_json(*given);
  });
  if (request.field_size_range) {
    Json& range = json["field_sizes"] = Json::object();
    if (request.field_size_range->from) range["from"] = *request.field_size_range->from;
    if (request.field_size_range->to) range["to"] = *request.field_size_range->to;
  }
  if (request.until_ci) {
    Json& until = json["repetitions"] = Json::object();
    if (request.until_ci->until_ci_pct) until["until_ci_pct"] = *request.until_ci->until_ci_pct;
    if (request.until_ci->min) until["min"] = *request.until_ci->min;
    if (request.until_ci->max) until["max"] = *request.until_ci->max;
  }
  return dump(json);
}

}  // namespace copybench
