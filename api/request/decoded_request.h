// A request as far as it could be decoded, with the errors.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/model/field_error.h"
#include "core/model/request.h"

namespace copybench {

struct DecodedRequest {
  ExperimentRequest request;       // the valid fields; of lists, the valid elements
  std::vector<FieldError> errors;  // unknown keys, wrong types, unknown names
  // For each list with invalid elements, by its pointer: the original indices of the valid ones.
  std::map<std::string, std::vector<size_t>> positions;
  std::set<std::string> texts;  // pointers of CPU lists that were sent as text
};

}  // namespace copybench
