// The whole of a database into a file of its own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "core/store/database_connection.h"

namespace copybench {

// What a copy holds.
struct CopySummary {
  int64_t bytes = 0;
  int64_t schema_version = 0;  // of what was copied
  int64_t experiments = 0;
  int64_t unfinished = 0;  // of them: queued or running
  int64_t runs = 0;
  std::optional<ExperimentId> running;  // the experiment of a run that was running, by what the copy says
};

// By VACUUM INTO, through a connection that was opened to read; the file must be empty. The copy is checked as a whole.
StoreResult<CopySummary> copy_database(DatabaseConnection& source, const std::filesystem::path& empty_file);

}  // namespace copybench
