// Bytes of a request -> values. Pure; any thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "api/problem.h"
#include "core/model/annotations.h"
#include "core/model/field_error.h"
#include "core/model/request.h"

namespace copybench {

struct DecodedRequest {
  ExperimentRequest request;       // without what is in errors; of a list, the elements that are none
  std::vector<FieldError> errors;  // unknown keys, wrong types, unknown names
  // For each list that lacks elements, by its pointer: where those that it has stood.
  std::map<std::string, std::vector<size_t>> positions;
  std::set<std::string> texts;  // pointers of the CPU lists that were given as text
};

// The body of POST /experiments. A problem is 400: broken JSON with its position, or no object. Whole numbers may be
// written 3.0 or 1e3. null is "not given" for preset, messages_per_s and socket_buffer_bytes, so that the spec of one
// experiment can be sent as the request of another.
tl::expected<DecodedRequest, Problem> decode_experiment_request(std::string_view body);

// The body of PATCH /experiments/{id}: name, notes, tags and pinned, of which null empties all but the name. A problem is
// 400, and names every other key.
tl::expected<AnnotationChange, Problem> decode_annotation_change(std::string_view body);

// The keys that the body of POST /experiments may have.
std::vector<std::string_view> experiment_request_keys();

}  // namespace copybench
