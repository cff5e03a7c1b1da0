// A Reader with a connection of its own.
#pragma once

#include <filesystem>
#include <memory>

#include "core/store/reader.h"

namespace copybench {

// The database must exist in its current schema: open the Store first.
StoreResult<std::unique_ptr<Reader>> open_reader(const std::filesystem::path& database);

}  // namespace copybench
