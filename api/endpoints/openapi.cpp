#include "api/endpoints/openapi.h"

#include <string_view>

#include "api/endpoints/versions.h"

namespace copybench {

extern const std::string_view kOpenapiText;  // generated from openapi.yaml

Json openapi_document() {
  Json document = Json::parse(kOpenapiText);
  document["info"]["version"] = copybench_version();
  return document;
}

}  // namespace copybench
