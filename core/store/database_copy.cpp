#include "core/store/database_copy.h"

#include "core/database/integrity.h"

namespace copybench {
namespace {

namespace fs = std::filesystem;

StoreResult<void> vacuum_into(DatabaseConnection& connection, const fs::path& empty_file) {
  const auto failed = connection.attempt([&] {
    // The connection still cannot write to its own database, because it was opened read-only.
    connection.execute("PRAGMA query_only=OFF");
    Query(connection, "VACUUM INTO ?").bind(empty_file.string()).run();
  });
  // SQLite names the source database, whichever disk failed.
  if (failed && failed->kind == StoreError::Kind::full) {
    return tl::unexpected(StoreError{failed->kind, "There is no room left in " + fs::absolute(empty_file).parent_path().string() +
                                                       " for a copy of the database. Free some there, or name a place with "
                                                       "more room."});
  }
  if (failed) return tl::unexpected(*failed);
  return {};
}

StoreResult<CopySummary> summarize_copy(DatabaseConnection& connection) {
  CopySummary summary;
  const auto failed = connection.attempt([&] {
    summary.bytes = connection.integer("PRAGMA page_count") * connection.integer("PRAGMA page_size");
    summary.schema_version = connection.integer("PRAGMA user_version");
    summary.experiments = connection.integer("SELECT count(*) FROM experiments");
    summary.unfinished = connection.integer("SELECT count(*) FROM experiments WHERE state IN ('queued', 'running')");
    summary.runs = connection.integer("SELECT count(*) FROM runs");
    Query running(connection, "SELECT experiment_id FROM runs WHERE state = 'running' LIMIT 1");
    if (running.step()) summary.running = running.integer(0);
  });
  if (failed) return tl::unexpected(*failed);
  return summary;
}

}  // namespace

StoreResult<CopySummary> copy_database(DatabaseConnection& source, const fs::path& empty_file) {
  if (auto copied = vacuum_into(source, empty_file); !copied) return tl::unexpected(copied.error());
  auto copy = DatabaseConnection::open(empty_file, DatabaseConnection::Access::read_only);
  if (!copy) return tl::unexpected(copy.error());
  if (auto sound = check_whole_file(**copy); !sound) return tl::unexpected(sound.error());
  return summarize_copy(**copy);
}

}  // namespace copybench
