#include <fmt/format.h>
#include <malloc.h>

#include <memory>
#include <system_error>

#include "core/base/log_event.h"
#include "daemon/commands.h"
#include "daemon/data_directory.h"
#include "daemon/logging.h"
#include "daemon/serve_checks.h"
#include "daemon/serve_options.h"
#include "daemon/service.h"
#include "daemon/terminal.h"

namespace copybench {
namespace {

int failed(const std::string& message, int exit_status) {
  if (stderr_is_journal()) {
    log_failed_start(message);
  } else {
    complain("serve", message);
  }
  return exit_status;
}

int run_serve(const Flags& flags, const ServeConfiguration& configuration) {
  // Requests start and end threads. Without this each thread may get its own malloc arena, which is then kept.
  ::mallopt(M_ARENA_MAX, 2);
  // Returns the memory of large responses to the system once they are sent. By default malloc keeps it after the first few.
  ::mallopt(M_MMAP_THRESHOLD, 256 << 10);
  auto preparation = prepare_to_serve(configuration.options);
  if (!preparation) return failed(preparation.error().message, preparation.error().exit_status);
  if (auto own = check_data_directory_is_own(preparation->data_directory); !own) return failed(own.error().message, 2);
  const auto made = make_logger(configuration.options.log_level);
  if (!made) return failed(made.error().message, 1);
  const auto& logger = *made;
  for (const std::string& unknown : unknown_variables(process_variables())) {
    log_event(logger.get(), Severity::warning, "unknown_variable", {}, unknown);
  }
  try {
    if (auto served = serve(flags, configuration, std::move(*preparation), logger); !served) {
      return failed(served.error().message, 1);
    }
  } catch (const std::system_error& error) {
    // In serve() only the start of a thread throws it.
    return failed(fmt::format("cannot start a thread that is needed: {}. Raise the limit of processes (ulimit -u, TasksMax=)",
                              error.code().message()),
                  1);
  }
  return 0;
}

int check_serve(const ServeConfiguration& configuration) {
  const auto preparation = prepare_to_serve(as_the_unit_would(configuration.options));
  // A person reads this output, so it rejects what `serve` only warns of.
  const auto unknown = unknown_variables(process_variables());
  say("{}", describe(configuration, preparation && unknown.empty()));
  if (preparation) {
    for (const std::string& note : preparation->notes) say("\nNote: {}.\n", note);
  }
  for (const std::string& line : unknown) failed(line, 2);
  if (!preparation) return failed(preparation.error().message, preparation.error().exit_status);
  return unknown.empty() ? 0 : 2;
}

}  // namespace

void add_serve_command(CLI::App& app, CommandResult done) {
  auto* command = app.add_subcommand("serve", "The daemon: takes experiments over HTTP, measures them, keeps and serves results");
  // read_serve_configuration() reads the effective settings from all layers. This only parses the command line.
  auto flags = std::make_shared<ServeOptions>();
  add_serve_options(*command, *flags);
  auto check_only = std::make_shared<bool>(false);
  command->add_flag("--check-config", *check_only, "Say what settings are in force, and from where, or what is wrong with them; start nothing");
  command->footer("Each option is also COPYBENCH_<NAME> in the environment (COPYBENCH_LOG_LEVEL) and a key of the configuration\n"
                  "file (log-level = \"debug\"). A flag wins over the environment, that over the file.");
  command->callback([command, flags, check_only, done] {
    const Flags given = flags_of(*command);
    const auto configuration = read_serve_configuration(given);
    if (!configuration) {
      done(failed(configuration.error().message, 2));
    } else {
      done(*check_only ? check_serve(*configuration) : run_serve(given, *configuration));
    }
  });
}

}  // namespace copybench
