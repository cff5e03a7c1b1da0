// Copies a whole database into a file of its own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "core/database/connection.h"
#include "core/store/values.h"

namespace copybench {

// The contents of a copy.
struct CopySummary {
  int64_t bytes = 0;
  int64_t schema_version = 0;  // of the source
  int64_t experiments = 0;
  int64_t unfinished = 0;  // experiments that are queued or running
  int64_t runs = 0;
  std::optional<ExperimentId> running;  // the experiment of a run that is running according to the copy
};

// Uses VACUUM INTO, through a connection that was opened read-only. The file must be empty. The whole copy is checked.
StoreResult<CopySummary> copy_database(DatabaseConnection& source, const std::filesystem::path& empty_file);

}  // namespace copybench
