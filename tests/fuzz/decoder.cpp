// The bodies of POST and PATCH /experiments: any input is rejected with a reason or becomes a plan within limits.
#include "api/request/canonical_text.h"
#include "api/request/decode.h"
#include "api/request/validate_decoded.h"
#include "check.h"

using namespace copybench;

namespace {

void decode_request(std::string_view body) {
  const auto decoded = decode_experiment_request(body);
  if (!decoded) {
    FUZZ_CHECK(decoded.error().status == 400 && !decoded.error().errors.empty());
    to_response(decoded.error(), "/experiments");
    return;
  }
  canonical_text(decoded->request);
  const auto plan = plan_decoded(*decoded, PlanContext{{0, 1, 2, 3}, 7});
  if (!plan) {
    FUZZ_CHECK(!plan.error().empty());
    to_response(bad_request("invalid-fields", "see errors", plan.error()), "/experiments");
    return;
  }
  FUZZ_CHECK(decoded->errors.empty());
  FUZZ_CHECK(!plan->runs.empty() && plan->runs.size() <= Limits::kMaxRuns);
  const auto again = spec_from_json(Json::parse(to_json(plan->spec).dump()));
  FUZZ_CHECK(again && *again == plan->spec);
}

void decode_change(std::string_view body) {
  const auto change = decode_annotation_change(body);
  if (change) {
    FUZZ_CHECK(annotation_errors(*change).empty());
  } else {
    to_response(change.error(), "/experiments/1");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  decode_request(text_of(data, size));
  decode_change(text_of(data, size));
  return 0;
}
