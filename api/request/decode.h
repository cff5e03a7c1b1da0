// Bytes of a request -> values. Pure; any thread.
#pragma once

#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "api/http/problem.h"
#include "api/request/decoded_request.h"
#include "core/model/annotations.h"

namespace copybench {

// Decodes the body of POST /experiments. A problem is 400: broken JSON with its position, or no object. Whole numbers may be
// written 3.0 or 1e3. null means "not given" for preset, messages_per_s and socket_buffer_bytes, so that the spec of one
// experiment can be sent as the request of another.
tl::expected<DecodedRequest, Problem> decode_experiment_request(std::string_view body);

// Decodes the body of PATCH /experiments/{id}: name, notes, tags and pinned. null empties each of them but the name. A problem
// is 400 and names every unknown key.
tl::expected<AnnotationChange, Problem> decode_annotation_change(std::string_view body);

// The allowed keys in the body of POST /experiments.
std::vector<std::string_view> experiment_request_keys();

}  // namespace copybench
