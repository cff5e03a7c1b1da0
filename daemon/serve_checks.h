// What must be right before the daemon starts, judged alike by `serve` and by `serve --check-config`: everything but what
// only listening and opening the database can tell.
#pragma once

#include <filesystem>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "api/access.h"
#include "daemon/serve_options.h"

namespace copybench {

// A file of this name is handed to the service by its unit, as the credential `token`.
inline constexpr const char* kServiceToken = "/etc/credstore/copybench.token";

struct Preparation {
  AccessRules access;
  std::filesystem::path data_directory;
  std::vector<std::string> notes;  // sentences: what limits the daemon and does not keep it from starting
};

struct StartFailure {
  std::string message;  // a line for each thing that is wrong
  int exit_status = 2;  // 2: settings are wrong; 1: it may pass
};

tl::expected<Preparation, StartFailure> prepare_to_serve(const ServeOptions& options);

// For `--check-config`, which is called beside the unit: with the token that the unit would hand over.
ServeOptions as_the_unit_would(ServeOptions options);

}  // namespace copybench
