#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "core/store/backup.h"
#include "core/store/restore.h"
#include "daemon/commands.h"
#include "daemon/configuration.h"
#include "daemon/data_directory.h"
#include "daemon/terminal.h"

namespace copybench {
namespace {

struct BackupOptions {
  std::string file;
  std::string data_directory;
};

std::string contents(const CopySummary& copy) {
  return fmt::format("{} experiment{} with {} run{}, {:.1f} MB", copy.experiments, copy.experiments == 1 ? "" : "s",
                     copy.runs, copy.runs == 1 ? "" : "s", static_cast<double>(copy.bytes) / 1e6);
}

Result<void> run_backup(const BackupOptions& options) {
  const auto directory = data_directory_of(options.data_directory);
  if (!directory) return tl::unexpected(directory.error());
  const auto copy = back_up(*directory, options.file);
  if (!copy) return fail(copy.error().message);
  say("{} holds the data of {}: {}. Checked, and on the disk.\n", options.file, directory->string(), contents(*copy));
  if (copy->running) {
    say("Experiment {} was being measured meanwhile: what its run of this moment shows may be this backup.\n",
        *copy->running);
  }
  say("To have it back: stop the daemon, then copybenchd restore {} --data-dir {}\n", options.file, directory->string());
  return {};
}

Result<void> run_restore(const BackupOptions& options) {
  const auto directory = data_directory_of(options.data_directory);
  if (!directory) return tl::unexpected(directory.error());
  make_data_private();
  const auto restored = restore(*directory, options.file);
  if (!restored) return fail(restored.error().message);
  say("{} is now the data of {}: {}.\n", options.file, directory->string(), contents(restored->copy));
  if (restored->kept.empty()) {
    say("No database was there before.\n");
  } else {
    say("The database that was there is kept; delete it when you need it no more:\n");
    for (const auto& kept : restored->kept) say("  {}\n", kept.string());
  }
  if (restored->copy.unfinished > 0) {
    say("{} of its experiments had not ended: the daemon will go on measuring them. Cancel those you do not want.\n",
        restored->copy.unfinished);
  }
  say("Start the daemon now.\n");
  return {};
}

using BackupOrRestore = Result<void> (*)(const BackupOptions&);

void add_command(CLI::App& app, CommandResult done, const std::string& name, const std::string& what,
                 const std::string& file, BackupOrRestore run) {
  auto options = std::make_shared<BackupOptions>();
  auto* command = app.add_subcommand(name, what);
  command->add_option("file", options->file, file)->required()->type_name(kPath)->check(not_empty());
  add_data_directory_option(*command, options->data_directory);
  command->callback([options, done, name, run] {
    const auto result = run(*options);
    if (!result) complain(name, result.error().message);
    done(result ? 0 : 1);
  });
}

}  // namespace

void add_backup_command(CLI::App& app, CommandResult done) {
  add_command(app, std::move(done), "backup", "Copies the database into one file, also while the daemon runs",
              "The file to be made; nothing is overwritten", run_backup);
}

void add_restore_command(CLI::App& app, CommandResult done) {
  add_command(app, std::move(done), "restore",
              "Puts a backup in the place of the database, which is kept aside; the daemon must be stopped",
              "A file that backup made, of this or an earlier version", run_restore);
}

}  // namespace copybench
