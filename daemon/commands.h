// The subcommands of copybenchd, each in its own file. Each function adds its command to the command line, with a callback that
// runs it. The chosen command returns the program's exit status: 0 done, 1 failed (the reason is on stderr), 2 for a wrong
// command line.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace copybench {

using CommandResult = std::function<void(int exit_status)>;

void add_serve_command(CLI::App& app, CommandResult done);
void add_engine_command(CLI::App& app, CommandResult done);
void add_load_command(CLI::App& app, CommandResult done);
void add_calibrate_command(CLI::App& app, CommandResult done);
void add_doctor_command(CLI::App& app, CommandResult done);
void add_backup_command(CLI::App& app, CommandResult done);
void add_restore_command(CLI::App& app, CommandResult done);
void add_export_command(CLI::App& app, CommandResult done);
void add_import_command(CLI::App& app, CommandResult done);
// Call last: it completes the commands that were added before. Hidden.
void add_completion_command(CLI::App& app, CommandResult done);

}  // namespace copybench
