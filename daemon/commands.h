// The subcommands of copybenchd, each in a file of its own: it adds itself to the command line and says what it does when
// chosen. The program's exit status is what the chosen command returns: 0 done, 1 failed (the reason is on stderr), 2 for a
// command line that is wrong.
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
// Last: it completes the commands that were added before. Hidden.
void add_completion_command(CLI::App& app, CommandResult done);

}  // namespace copybench
