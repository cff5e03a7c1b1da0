#include <fmt/format.h>
#include <malloc.h>

#include <memory>

#include "core/base/log_event.h"
#include "daemon/commands.h"
#include "daemon/logging.h"
#include "daemon/serve_options.h"
#include "daemon/service.h"

namespace copybench {
namespace {

int failed(const Error& error) {
  if (stderr_is_journal()) {
    log_event(make_logger("error").get(), Severity::error, "start_failed", {}, error.message);
  } else {
    fmt::print(stderr, "copybenchd serve: {}\n", error.message);
  }
  return 1;
}

int run(const Flags& flags, const ServeConfiguration& configuration) {
  // Threads come and go with requests: without this each may get an arena of its own and keep it.
  ::mallopt(M_ARENA_MAX, 2);
  if (auto served = serve(flags, configuration, make_logger(configuration.options.log_level)); !served) {
    return failed(served.error());
  }
  return 0;
}

int check(const ServeConfiguration& configuration) {
  fmt::print("{}", describe(configuration));
  return 0;
}

}  // namespace

void add_serve_command(CLI::App& app, CommandResult done) {
  auto* command = app.add_subcommand("serve", "The daemon: takes experiments over HTTP, measures them, keeps and serves results");
  // What is in force is read from all layers by read_serve_configuration(); this only takes the command line apart.
  auto flags = std::make_shared<ServeOptions>();
  add_serve_options(*command, *flags);
  auto check_only = std::make_shared<bool>(false);
  command->add_flag("--check-config", *check_only, "Say what is in force, and from where, or what is wrong; start nothing");
  command->footer("Each option is also COPYBENCH_<NAME> in the environment (COPYBENCH_LOG_LEVEL) and a key of the configuration\n"
                  "file (log-level = \"debug\"). A flag wins over the environment, that over the file.");
  command->callback([command, flags, check_only, done] {
    const Flags given = flags_of(*command);
    const auto configuration = read_serve_configuration(given);
    if (!configuration) {
      failed(configuration.error());
      done(2);
    } else {
      done(*check_only ? check(*configuration) : run(given, *configuration));
    }
  });
}

}  // namespace copybench
