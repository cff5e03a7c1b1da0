#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

#include "api/endpoints/versions.h"
#include "core/analysis/adaptive.h"
#include "core/base/owners_rights.h"
#include "core/base/removed_on_signal.h"
#include "core/base/unique_fd.h"
#include "core/database/durable_file.h"
#include "core/host/system_facts.h"
#include "core/store/files.h"
#include "core/transfer/export.h"
#include "core/transfer/import.h"
#include "daemon/commands.h"
#include "daemon/configuration.h"
#include "daemon/data_directory.h"
#include "daemon/terminal.h"

namespace copybench {
namespace {

struct ExportOptions {
  ExperimentId id = 0;
  std::string file;
  std::string data_directory;
};

bool write_whole(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

Result<void> write_to(int fd, ReaderPool& readers, ExperimentId id) {
  const Json host = system_facts()["hostname"];
  const Exporter exporter{host.is_string() ? host.get<std::string>() : std::string(), std::string(copybench_version())};
  int cause = 0;
  const auto written = write_export(readers, id, exporter, [&](std::string_view bytes) {
    if (write_whole(fd, bytes)) return true;
    cause = errno;
    return false;
  });
  if (!written) return fail(written.error().message);
  if (cause == 0) return {};
  if (cause == EPIPE) return fail("the export is cut: the program that reads it has ended");
  return fail(fmt::format("the export could not be written: {}", std::strerror(cause)));
}

Result<void> run_export(const ExportOptions& options) {
  const auto directory = data_directory_of(options.data_directory);
  if (!directory) return tl::unexpected(directory.error());
  if (auto there = need_database(*directory); !there) return fail(there.error().message);
  const std::filesystem::path name = options.file;
  // An export to stdout needs no target folder. The current folder may be inaccessible to this user, so it is not opened.
  const auto from = Folder::open(*directory), into = Folder::open(name.empty() ? *directory : name.parent_path());
  if (!from) return tl::unexpected(from.error());
  if (!into) return tl::unexpected(into.error());
  const OwnersRights rights(*from);
  auto readers = ReaderPool::open(database_file(from->path()), 1);
  if (!readers) return fail(from->with_name(readers.error().message));
  if (options.file.empty()) return write_to(STDOUT_FILENO, **readers, options.id);

  make_data_private();
  const std::filesystem::path path = into->path() / name.filename();
  if (auto usable = check_not_own_name(path); !usable) return fail(into->with_name(usable.error().message));
  // Under another name until it is complete, so that an interrupted command leaves no partial file under the final name.
  std::string unfinished = path.string() + ".XXXXXX";
  const UniqueFd file = [&] {
    const OwnersRights there(*into);
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return UniqueFd(::mkostemp(unfinished.data(), O_CLOEXEC));
    errno = EEXIST;
    return UniqueFd();
  }();
  if (!file && errno == EEXIST) return fail(options.file + " exists, and nothing is overwritten. Name another file.");
  if (!file) return fail(fmt::format("cannot write {}: {}", options.file, std::strerror(errno)));
  const RemovedOnSignal removed({unfinished});
  auto written = write_to(file.get(), **readers, options.id);
  const OwnersRights there(*into);
  if (written) {
    const mode_t mask = ::umask(077);
    ::umask(mask);
    static_cast<void>(::fchmod(file.get(), 0666 & ~mask));  // on failure only the owner can read the file
    if (auto named = rename_durably(unfinished, path, Target::must_not_exist); !named) written = fail(named.error().message);
  }
  if (!written) {
    ::unlink(unfinished.c_str());
    return fail(from->with_name(into->with_name(written.error().message)));
  }
  say("{} holds experiment {} with all its runs. On another machine: copybenchd import {}\n", options.file, options.id,
      options.file);
  return {};
}

struct ImportOptions {
  std::string file;
  std::string data_directory;
};

constexpr size_t kMaxFileBytes = size_t{256} << 20;  // it is held in memory, and as JSON several times over

Result<std::string> whole_text(const std::string& name) {
  const auto too_large = [&] {
    return fail(fmt::format("{} is larger than the {} bytes that an export may have", name, kMaxFileBytes));
  };
  std::error_code no_size;  // a pipe has none
  if (const auto bytes = std::filesystem::file_size(name, no_size); !no_size && bytes > kMaxFileBytes) return too_large();
  errno = 0;
  std::ifstream file(name, std::ios::binary);
  if (const int first = file.peek(); file.good() && first != '{') return fail(name + " is no export of copybenchd: its first line is no JSON object");
  std::string text;
  char block[1 << 16];
  while (file.read(block, sizeof block) || file.gcount() > 0) {
    text.append(block, static_cast<size_t>(file.gcount()));
    if (text.size() > kMaxFileBytes) return too_large();
  }
  if (!file.is_open() || file.bad()) return fail(fmt::format("cannot read {}: {}", name, std::strerror(errno)));
  return text;
}

Result<void> run_import(const ImportOptions& options) {
  const auto text = whole_text(options.file);
  if (!text) return tl::unexpected(text.error());
  const auto read = read_export(*text);
  if (!read) return fail(options.file + " is no experiment that copybench exported: " + read.error().message);
  const auto directory = data_directory_of(options.data_directory);
  if (!directory) return tl::unexpected(directory.error());
  make_data_private();
  const auto folder = Folder::open_or_create(*directory);
  if (!folder) return tl::unexpected(folder.error());
  const OwnersRights rights(*folder);
  auto store = Store::open(folder->path(), advise);
  if (!store && store.error().kind == StoreError::Kind::locked) {
    return fail(fmt::format("{} Or hand the file to it: curl -X POST -H 'Content-Type: application/x-ndjson' --data-binary @{} "
                            "http://ADDRESS/experiments/import, where ADDRESS is what its --listen says (its log has it).",
                            folder->with_name(store.error().message), options.file));
  }
  if (!store) return fail(folder->with_name(store.error().message));
  const auto imported = import_experiment(**store, *read);
  if (!imported) return fail(folder->with_name(imported.error().message));
  say("{} is experiment {}{}: \"{}\", measured on {} as experiment {}.\n", options.file, imported->record.id,
      imported->is_new ? "" : " already", imported->record.spec.name, read->origin.host, read->origin.experiment_id);
  return {};
}

CLI::Validator experiment_number() {
  return {[](const std::string& text) -> std::string {
            ExperimentId id = 0;
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
            if (error == std::errc{} && end == text.data() + text.size() && id > 0) return "";
            return fmt::format("\"{}\" is no experiment; allowed: its number, from 1", text);
          },
          "NUMBER"};
}

int reported(const std::string& command, const Result<void>& result) {
  if (!result) complain(command, result.error().message);
  return result ? 0 : 1;
}

}  // namespace

void add_export_command(CLI::App& app, CommandResult done) {
  auto options = std::make_shared<ExportOptions>();
  auto* command = app.add_subcommand("export", "Writes an experiment with all its runs to one file, also while the daemon runs");
  command->add_option("id", options->id, "The experiment's number")->required()->check(experiment_number());
  command->add_option("file", options->file, "The file to be made; nothing is overwritten")->type_name(kPath)->check(not_empty())->default_str("stdout");
  add_data_directory_option(*command, options->data_directory);
  command->callback([options, done] { done(reported("export", run_export(*options))); });
}

void add_import_command(CLI::App& app, CommandResult done) {
  auto options = std::make_shared<ImportOptions>();
  auto* command = app.add_subcommand("import", "Takes in an experiment that export wrote; the daemon must be stopped");
  command->add_option("file", options->file, "The file")->required()->type_name(kPath)->check(not_empty());
  add_data_directory_option(*command, options->data_directory);
  command->callback([options, done] { done(reported("import", run_import(*options))); });
}

}  // namespace copybench
