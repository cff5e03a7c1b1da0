// Common parts of the answers' JSON: null values, paths of links, configurations, pages of lists. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/json.h"
#include "core/base/time.h"
#include "core/model/records.h"
#include "core/model/spec.h"

namespace copybench {

Json number_or_null(const std::optional<double>& value);  // null also for NaN and infinity
Json time_or_null(const std::optional<UtcTime>& time);

std::string experiment_path(ExperimentId id);  // "/experiments/7"
std::string run_path(RunId id);

// engine, field_bytes, message_bytes, threads
void put_configuration(Json& json, const Configuration& configuration);
Json configuration_json(const Configuration& configuration);

// One page of a list: {"items", "next"}; next is text or null.
Json page_json(Json items, const std::optional<int64_t>& next);

}  // namespace copybench
