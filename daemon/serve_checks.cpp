#include "daemon/serve_checks.h"

#include <errno.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "api/http/listener.h"
#include "core/base/subprocess.h"
#include "daemon/data_directory.h"

namespace copybench {
namespace {

namespace fs = std::filesystem;

// Returns the folder if it is writable or can be created.
Result<fs::path> usable_data_directory(const ServeOptions& options) {
  fs::path directory = options.data_directory;
  if (directory.empty()) {
    auto chosen = default_data_directory();
    if (!chosen) return chosen;
    directory = *chosen;
  }
  std::error_code failed;
  fs::path there = fs::absolute(directory, failed);
  while (!fs::exists(there, failed) && there.has_relative_path()) there = there.parent_path();
  if (!fs::is_directory(there, failed)) {
    return fail(fmt::format("--data-dir {}: {} is no folder; allowed: a folder, or a name for one that can be made",
                            directory.string(), there.string()));
  }
  if (::access(there.c_str(), W_OK | X_OK) != 0) {
    return fail(fmt::format("--data-dir {}: uid {} may not write to {}; allowed: a folder of its own", directory.string(),
                            ::geteuid(), there.string()));
  }
  return directory;
}

}  // namespace

tl::expected<Preparation, StartFailure> prepare_to_serve(const ServeOptions& options) {
  Preparation preparation;
  std::vector<std::string> wrong;
  std::vector<std::string> may_pass;
  auto access = load_access(options.access);
  if (access) {
    preparation.access = std::move(*access);
    if (auto note = open_proxy_note(preparation.access); !note.empty()) preparation.notes.push_back(std::move(note));
  } else {
    wrong.push_back(access.error().message);
  }
  if (const auto address = parse_listen_address(options.listen); !address) {
    wrong.push_back(address.error().message);
  } else if (const auto reached = reached_from_elsewhere(*address); !reached) {
    (reached.error().may_pass ? may_pass : wrong).push_back(reached.error().message);
  } else if (*reached && access && !preparation.access.token) {
    wrong.push_back(token_needed(to_string(*address)));
  } else if (const auto here = has_interface(*address); !here) {
    may_pass.push_back(here.error().message);
  }
  if (auto directory = usable_data_directory(options)) {
    preparation.data_directory = std::move(*directory);
  } else {
    wrong.push_back(directory.error().message);
  }
  if (!find_program(options.perf)) {
    preparation.notes.push_back(fmt::format("there is no program {}: runs go on without perf's counters", options.perf));
  }
  const int exit_status = wrong.empty() ? 1 : 2;
  wrong.insert(wrong.end(), may_pass.begin(), may_pass.end());
  if (!wrong.empty()) return tl::unexpected(StartFailure{fmt::format("{}", fmt::join(wrong, "\n")), exit_status});
  return preparation;
}

ServeOptions as_the_unit_would(ServeOptions options) {
  const bool has_credentials = std::getenv("CREDENTIALS_DIRECTORY") != nullptr;
  std::error_code ignored;
  if (!has_credentials && options.access.token_file.empty() && fs::exists(kServiceToken, ignored)) {
    options.access.token_file = kServiceToken;
  }
  return options;
}

}  // namespace copybench
