// The parts of the description, by subject: each puts its paths, or its schemas. For openapi*.cpp alone. Pure.
#pragma once

#include "core/base/json.h"

namespace copybench::openapi {

void put_experiment_paths(Json& paths);
void put_result_paths(Json& paths);
void put_circumstance_paths(Json& paths);
void put_run_paths(Json& paths);
void put_profile_paths(Json& paths);
void put_comparison_paths(Json& paths);
void put_history_paths(Json& paths);
void put_service_paths(Json& paths);

void put_request_schemas(Json& schemas);
void put_experiment_schemas(Json& schemas);
void put_profile_schemas(Json& schemas);
void put_run_schemas(Json& schemas);
void put_circumstance_schemas(Json& schemas);
void put_service_schemas(Json& schemas);
void put_comparison_schemas(Json& schemas);  // after Problem, which one of them extends
void put_history_schemas(Json& schemas);

}  // namespace copybench::openapi
