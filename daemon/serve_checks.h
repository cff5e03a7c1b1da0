// Validates what must be right before the daemon starts, for `serve` and `serve --check-config` alike: everything except what
// only listening and opening the database can show.
#pragma once

#include <filesystem>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "api/http/access.h"
#include "daemon/serve_options.h"

namespace copybench {

// The unit passes the file of this name to the service as the credential `token`.
inline constexpr const char* kServiceToken = "/etc/credstore/copybench.token";

struct Preparation {
  AccessRules access;
  std::filesystem::path data_directory;
  std::vector<std::string> notes;  // sentences: limits of the daemon that do not prevent its start
};

struct StartFailure {
  std::string message;  // a line for each problem
  int exit_status = 2;  // 2: settings are wrong; 1: the cause may pass
};

tl::expected<Preparation, StartFailure> prepare_to_serve(const ServeOptions& options);

// For `--check-config`, which runs outside the unit: adds the token that the unit would pass.
ServeOptions as_the_unit_would(ServeOptions options);

}  // namespace copybench
