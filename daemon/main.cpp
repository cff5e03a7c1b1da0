#include <fmt/format.h>
#include <signal.h>

#include "core/base/version.h"
#include "daemon/commands.h"
#include "daemon/terminal.h"

int main(int argc, char** argv) {
  copybench::hold_standard_descriptors();
  // A peer or a child that is gone is an error of the write, not the end of the process.
  ::signal(SIGPIPE, SIG_IGN);
  // A limit of file sizes (ulimit -f) is an error of the write too: a full disk.
  ::signal(SIGXFSZ, SIG_IGN);

  CLI::App app("copybench: which way of sending is fastest on this machine, at this message size, and why");
  app.set_version_flag("-V,--version", fmt::format("copybenchd {}", copybench::program_version()));
  app.require_subcommand(0, 1);  // that there is one is said below, where an unknown option is named first
  int exit_status = 0;
  const auto done = [&exit_status](int status) { exit_status = status; };
  copybench::add_serve_command(app, done);
  copybench::add_engine_command(app, done);
  copybench::add_load_command(app, done);
  copybench::add_calibrate_command(app, done);
  copybench::add_doctor_command(app, done);
  copybench::add_backup_command(app, done);
  copybench::add_restore_command(app, done);
  copybench::add_export_command(app, done);
  copybench::add_import_command(app, done);
  copybench::add_completion_command(app, done);
  const auto is_named = [&](const CLI::App* command) { return command->get_name() == argv[1]; };
  if (argc > 1 && argv[1][0] != '-' && app.get_subcommands(is_named).empty()) {
    copybench::complain("", fmt::format("there is no command \"{}\"; copybenchd --help names those there are", argv[1]));
    return 2;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return copybench::status_with_output(app.exit(error) == 0 ? 0 : 2);
  }
  if (app.get_subcommands().empty()) {
    copybench::complain("", "a command is missing; copybenchd --help names those there are");
    return 2;
  }
  return copybench::status_with_output(exit_status);
}
